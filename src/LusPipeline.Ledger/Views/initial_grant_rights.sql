-- Gives the roles of deploy/sql/roles.sql their rights, as many of them as there are. Called by it and by lus db migrate.
CREATE FUNCTION grant_rights() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    IF to_regrole('lus_worker') IS NOT NULL THEN
        GRANT SELECT, INSERT, UPDATE ON studies, videos, clips, model_bundles TO lus_worker;
        GRANT SELECT, INSERT ON predictions, spans TO lus_worker;
        GRANT SELECT, INSERT, UPDATE, DELETE ON workers, duties TO lus_worker;
        GRANT SELECT ON kept_out_videos, "__EFMigrationsHistory" TO lus_worker;
        RETURN NEXT 'lus_worker';
    END IF;
    IF to_regrole('lus_operator') IS NOT NULL THEN
        GRANT DELETE ON studies, videos, clips, predictions, spans TO lus_operator;
        GRANT INSERT, DELETE ON kept_out_videos TO lus_operator;
        RETURN NEXT 'lus_operator';
    END IF;
    IF to_regrole('lus_dashboard') IS NOT NULL THEN
        GRANT SELECT ON video_results, study_results, announced_results, stage_backlog, failures_by_reason, throughput, study_spans,
            worker_heartbeats TO lus_dashboard;
        RETURN NEXT 'lus_dashboard';
    END IF;
    IF to_regrole('lus_analyst') IS NOT NULL THEN
        GRANT SELECT ON study_names, video_names TO lus_analyst;
        RETURN NEXT 'lus_analyst';
    END IF;
END
$$;
REVOKE ALL ON FUNCTION grant_rights() FROM PUBLIC;
