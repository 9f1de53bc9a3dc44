-- Gives the roles of deploy/sql/roles.sql their rights, as many of them as there are. Called by it and by lus db migrate.
CREATE OR REPLACE FUNCTION grant_rights() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    stage text;
BEGIN
    IF to_regrole('lus_worker') IS NOT NULL THEN
        GRANT SELECT, INSERT, UPDATE ON studies, videos, clips, model_bundles TO lus_worker;
        GRANT SELECT, INSERT ON predictions, spans TO lus_worker;
        GRANT SELECT, INSERT, UPDATE, DELETE ON workers, duties TO lus_worker;
        GRANT SELECT ON kept_out_videos, "__EFMigrationsHistory" TO lus_worker;
        RETURN NEXT 'lus_worker';
    END IF;
    FOREACH stage IN ARRAY ARRAY['lus_ingest', 'lus_features', 'lus_sequence'] LOOP
        CONTINUE WHEN to_regrole(stage) IS NULL;
        -- A stage moves rows, its own and their videos' and studies', and registers the names of bundles, not their thresholds.
        EXECUTE format('GRANT SELECT, UPDATE ON studies, videos, clips TO %I', stage);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE (name, version) ON model_bundles TO %I', stage);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON workers, duties TO %I', stage);
        EXECUTE format('GRANT INSERT ON spans TO %I', stage);
        EXECUTE format('GRANT SELECT ON "__EFMigrationsHistory" TO %I', stage);
        RETURN NEXT stage;
    END LOOP;
    IF to_regrole('lus_ingest') IS NOT NULL THEN
        GRANT INSERT ON studies, videos, clips TO lus_ingest;
        GRANT SELECT ON kept_out_videos TO lus_ingest;
    END IF;
    IF to_regrole('lus_sequence') IS NOT NULL THEN
        GRANT SELECT, INSERT ON predictions TO lus_sequence;
    END IF;
    IF to_regrole('lus_operator') IS NOT NULL THEN
        GRANT DELETE ON studies, videos, clips, predictions, spans TO lus_operator;
        GRANT INSERT, DELETE ON kept_out_videos TO lus_operator;
        -- Not on recorded_at and database_user, which nobody may choose.
        GRANT SELECT, INSERT (person, action, study_id, counts) ON audit TO lus_operator;
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
