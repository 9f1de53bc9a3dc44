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
    -- The two users of lus serve. Both read the same tables; in the schema of the one, names are not there. Every column is listed, so that a new one
    -- is not shown before somebody has thought of it. Nothing is looked up for a row: who reads a row pays for that row. The script has made the schema.
    IF to_regrole('lus_web') IS NOT NULL AND to_regnamespace('nameless') IS NOT NULL THEN
        DROP VIEW IF EXISTS nameless.studies, nameless.videos;
        CREATE VIEW nameless.studies AS
        SELECT study_id, study_day, '' AS bucket, study_id::text AS name, status, revision, completable_at, check_at, announced_revision,
               announced_covid, announced_pneumonia, announced_healthy, announced_spread, announced_uncertain, announced_videos, announced_rejected,
               announced_failed, first_seen_at, completed_at, trace_parent, urgent
        FROM public.studies;
        CREATE VIEW nameless.videos AS
        SELECT video_id, study_id, study_day,
               study_id::text || '/' || video_id::text AS object_key,
               '' AS content, '' AS tag, size, superseded, found_at, plan_kind, clip_frames, window_ticks, stride_ticks, bundle_id, variant, generation,
               epoch, status, reason, NULL::text AS detail, limit_hit, warnings, codec, width, height, frames, duration_ticks, clips, starts, retries,
               not_before, worker_id, publishes, started_at, finished_at, trace_parent
        FROM public.videos;
        GRANT SELECT ON nameless.studies, nameless.videos, clips, predictions, model_bundles, spans, "__EFMigrationsHistory" TO lus_web;
        RETURN NEXT 'lus_web';
    END IF;
    IF to_regrole('lus_web_names') IS NOT NULL THEN
        GRANT SELECT ON studies, videos, clips, predictions, model_bundles, spans, "__EFMigrationsHistory" TO lus_web_names;
        RETURN NEXT 'lus_web_names';
    END IF;
END
$$;
