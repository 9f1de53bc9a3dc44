CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    migration_id character varying(150) NOT NULL,
    product_version character varying(32) NOT NULL,
    CONSTRAINT pk___ef_migrations_history PRIMARY KEY (migration_id)
);

START TRANSACTION;
CREATE TABLE content_hashes (
    path_hash text NOT NULL,
    size bigint NOT NULL,
    modified_nanoseconds bigint NOT NULL,
    inode bigint NOT NULL,
    sha256 text NOT NULL,
    CONSTRAINT pk_content_hashes PRIMARY KEY (path_hash)
);

CREATE TABLE model_bundles (
    bundle_id text NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    threshold double precision NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_model_bundles PRIMARY KEY (bundle_id)
);

CREATE TABLE spans (
    study_day date NOT NULL,
    trace_id text NOT NULL,
    span_id text NOT NULL,
    parent_span_id text,
    study_id uuid NOT NULL,
    video_id uuid,
    clip_id uuid,
    name text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    duration_microseconds bigint NOT NULL,
    reason text,
    attributes text NOT NULL,
    CONSTRAINT pk_spans PRIMARY KEY (study_day, trace_id, span_id)
);

CREATE TABLE studies (
    study_id uuid NOT NULL,
    study_day date NOT NULL,
    bucket text NOT NULL,
    name text NOT NULL,
    status text NOT NULL,
    revision integer NOT NULL,
    completable_at timestamp with time zone,
    first_seen_at timestamp with time zone NOT NULL,
    completed_at timestamp with time zone,
    trace_parent text NOT NULL,
    urgent boolean NOT NULL,
    CONSTRAINT pk_studies PRIMARY KEY (study_id)
);

CREATE TABLE videos (
    video_id uuid NOT NULL,
    study_id uuid NOT NULL,
    study_day date NOT NULL,
    object_key text NOT NULL,
    content text NOT NULL,
    tag text NOT NULL,
    size bigint NOT NULL,
    superseded boolean NOT NULL,
    found_at timestamp with time zone NOT NULL,
    plan_kind text NOT NULL,
    clip_frames integer NOT NULL,
    window_ticks bigint NOT NULL,
    stride_ticks bigint NOT NULL,
    bundle_id text NOT NULL,
    variant text NOT NULL,
    generation integer NOT NULL,
    status text NOT NULL,
    reason text,
    detail text,
    limit_hit bigint,
    warnings text NOT NULL,
    codec text,
    width integer,
    height integer,
    frames integer,
    duration_ticks bigint,
    clips integer,
    starts integer NOT NULL,
    retries integer NOT NULL,
    not_before timestamp with time zone,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    trace_parent text NOT NULL,
    CONSTRAINT pk_videos PRIMARY KEY (video_id),
    CONSTRAINT fk_videos_studies_study_id FOREIGN KEY (study_id) REFERENCES studies (study_id) ON DELETE CASCADE
);

CREATE TABLE clips (
    study_day date NOT NULL,
    clip_id uuid NOT NULL,
    video_id uuid NOT NULL,
    clip_index integer NOT NULL,
    generation integer NOT NULL,
    status text NOT NULL,
    reason text,
    features_key text,
    features_sha256 text,
    starts integer NOT NULL,
    retries integer NOT NULL,
    not_before timestamp with time zone,
    cut_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT pk_clips PRIMARY KEY (study_day, clip_id),
    CONSTRAINT fk_clips_videos_video_id FOREIGN KEY (video_id) REFERENCES videos (video_id) ON DELETE CASCADE
);

CREATE TABLE predictions (
    study_day date NOT NULL,
    clip_id uuid NOT NULL,
    bundle_id text NOT NULL,
    variant text NOT NULL,
    generation integer NOT NULL,
    video_id uuid NOT NULL,
    clip_index integer NOT NULL,
    covid double precision NOT NULL,
    pneumonia double precision NOT NULL,
    healthy double precision NOT NULL,
    predicted_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_predictions PRIMARY KEY (study_day, clip_id, bundle_id, variant, generation),
    CONSTRAINT fk_predictions_clips_study_day_clip_id FOREIGN KEY (study_day, clip_id) REFERENCES clips (study_day, clip_id) ON DELETE CASCADE,
    CONSTRAINT fk_predictions_model_bundles_bundle_id FOREIGN KEY (bundle_id) REFERENCES model_bundles (bundle_id) ON DELETE CASCADE
);

CREATE INDEX ix_clips_status_not_before ON clips (status, not_before);

CREATE INDEX ix_clips_video_id_generation_clip_index ON clips (video_id, generation, clip_index);

CREATE INDEX ix_predictions_bundle_id ON predictions (bundle_id);

CREATE INDEX ix_predictions_video_id_generation ON predictions (video_id, generation);

CREATE INDEX ix_spans_study_id_started_at ON spans (study_id, started_at);

CREATE UNIQUE INDEX ix_studies_bucket_name ON studies (bucket, name);

CREATE INDEX ix_studies_status_completable_at ON studies (status, completable_at);

CREATE INDEX ix_videos_status_not_before ON videos (status, not_before);

CREATE INDEX ix_videos_study_id_object_key ON videos (study_id, object_key);

INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
VALUES ('20261123233950_Initial', '10.0.15');

COMMIT;

START TRANSACTION;
DROP INDEX ix_videos_status_not_before;

DROP INDEX ix_studies_status_completable_at;

DROP INDEX ix_clips_status_not_before;

ALTER TABLE videos ADD publishes integer NOT NULL DEFAULT 0;

ALTER TABLE videos ADD worker_id uuid;

ALTER TABLE studies ADD announced_revision integer NOT NULL DEFAULT 0;

ALTER TABLE studies ADD check_at timestamp with time zone;

ALTER TABLE clips ADD publishes integer NOT NULL DEFAULT 0;

ALTER TABLE clips ADD worker_id uuid;

CREATE TABLE duties (
    name text NOT NULL,
    worker_id uuid,
    leased_until timestamp with time zone NOT NULL,
    CONSTRAINT pk_duties PRIMARY KEY (name)
);

CREATE TABLE workers (
    worker_id uuid NOT NULL,
    stages text NOT NULL,
    host text NOT NULL,
    process_id integer NOT NULL,
    version text NOT NULL,
    provider text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    heartbeat_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_workers PRIMARY KEY (worker_id)
);

CREATE INDEX ix_videos_status_not_before ON videos (status, not_before) WHERE status IN ('found', 'cut');

CREATE INDEX ix_studies_check_at ON studies (check_at) WHERE status = 'open';

CREATE INDEX ix_studies_unannounced ON studies (completed_at) WHERE announced_revision < revision;

CREATE INDEX ix_clips_status_not_before ON clips (status, not_before) WHERE status IN ('cut', 'extracted');

INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
VALUES ('20261124151806_Workers', '10.0.15');

COMMIT;

START TRANSACTION;
CREATE INDEX ix_predictions_minute ON predictions
USING brin (date_bin('1 minute', predicted_at, TIMESTAMPTZ '2000-01-01 00:00:00+00')) WITH (pages_per_range = 32, autosummarize = on);

CREATE INDEX ix_videos_worker_id ON videos (worker_id) WHERE worker_id IS NOT NULL;

CREATE INDEX ix_clips_worker_id ON clips (worker_id) WHERE worker_id IS NOT NULL;

CREATE INDEX ix_videos_refused ON videos (finished_at, status, reason) INCLUDE (clips)
WHERE status IN ('rejected', 'failed', 'cancelled') AND NOT superseded;

CREATE INDEX ix_clips_failed ON clips (status, reason) WHERE status IN ('failed', 'cancelled');

CREATE INDEX ix_studies_completed_at ON studies (completed_at);

CREATE INDEX ix_studies_name ON studies (name);

INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
VALUES ('20261124155654_DashboardViews', '10.0.15');

COMMIT;

START TRANSACTION;
CREATE TABLE kept_out_videos (
    video_id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    CONSTRAINT pk_kept_out_videos PRIMARY KEY (video_id)
);

INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
VALUES ('20261124161000_KeptOutVideos', '10.0.15');

COMMIT;

START TRANSACTION;
DROP INDEX ix_predictions_bundle_id;

ALTER TABLE studies ADD announced_covid double precision;

ALTER TABLE studies ADD announced_failed integer;

ALTER TABLE studies ADD announced_healthy double precision;

ALTER TABLE studies ADD announced_pneumonia double precision;

ALTER TABLE studies ADD announced_rejected integer;

ALTER TABLE studies ADD announced_spread double precision;

ALTER TABLE studies ADD announced_uncertain boolean;

ALTER TABLE studies ADD announced_videos integer;

CREATE INDEX ix_videos_finished_at ON videos (finished_at) WHERE finished_at IS NOT NULL;

DO $$
BEGIN
    IF to_regclass('study_results') IS NOT NULL THEN
        UPDATE studies
        SET announced_covid = told.covid, announced_pneumonia = told.pneumonia, announced_healthy = told.healthy,
            announced_spread = told.spread, announced_uncertain = told.uncertain, announced_videos = told.videos,
            announced_rejected = told.rejected, announced_failed = told.failed + told.cancelled
        FROM study_results told
        WHERE told.study_id = studies.study_id AND studies.announced_revision > 0;
    END IF;
END
$$;

DROP FUNCTION IF EXISTS grant_rights();

DROP VIEW IF EXISTS video_names;

DROP VIEW IF EXISTS study_names;

DROP VIEW IF EXISTS worker_heartbeats;

DROP VIEW IF EXISTS study_spans;

DROP VIEW IF EXISTS throughput;

DROP VIEW IF EXISTS failures_by_reason;

DROP VIEW IF EXISTS stage_backlog;

DROP VIEW IF EXISTS announced_results;

DROP VIEW IF EXISTS study_results;

DROP VIEW IF EXISTS video_results;

-- A row a video, with the result of its newest generation: the arithmetic, and the order of its sums, are ResultReader's.
CREATE VIEW video_results AS
SELECT v.video_id, v.study_id, v.study_day, v.status, v.reason, v.generation,
       v.bundle_id, b.name AS model, b.version AS model_version, v.variant, b.threshold,
       v.frames, mean.clips, mean.covid, mean.pneumonia, mean.healthy, winner.diagnosis, spread.spread,
       winner.probability < b.threshold AS uncertain,
       v.found_at, v.started_at, v.finished_at, split_part(v.trace_parent, '-', 2) AS trace_id
FROM videos v
JOIN model_bundles b ON b.bundle_id = v.bundle_id
LEFT JOIN LATERAL (
    SELECT count(*) AS clips,
           avg(p.covid ORDER BY p.clip_index) AS covid,
           avg(p.pneumonia ORDER BY p.clip_index) AS pneumonia,
           avg(p.healthy ORDER BY p.clip_index) AS healthy,
           array_agg(p.covid ORDER BY p.clip_index) AS covids,
           array_agg(p.pneumonia ORDER BY p.clip_index) AS pneumonias,
           array_agg(p.healthy ORDER BY p.clip_index) AS healthies
    FROM predictions p
    WHERE p.study_day = v.study_day AND p.video_id = v.video_id AND p.generation = v.generation
    HAVING count(*) > 0
) mean ON v.status = 'done'
LEFT JOIN LATERAL (
    SELECT CASE WHEN mean.covid >= mean.pneumonia AND mean.covid >= mean.healthy THEN 'covid'
                WHEN mean.pneumonia >= mean.healthy THEN 'pneumonia' ELSE 'healthy' END AS diagnosis,
           greatest(mean.covid, mean.pneumonia, mean.healthy) AS probability
) winner ON mean.clips > 0
LEFT JOIN LATERAL (
    SELECT sqrt(sum((part.value - winner.probability) * (part.value - winner.probability) ORDER BY part.place) / count(*)) AS spread
    FROM unnest(CASE winner.diagnosis WHEN 'covid' THEN mean.covids WHEN 'pneumonia' THEN mean.pneumonias ELSE mean.healthies END)
        WITH ORDINALITY AS part (value, place)
) spread ON true
WHERE NOT v.superseded;


-- A row a study, with the mean over its videos' results as they are now: the arithmetic, and the order of its sums, are ResultReader's.
CREATE VIEW study_results AS
SELECT s.study_id, s.study_day, s.status, s.revision, s.urgent,
       mean.videos, mean.done, mean.rejected, mean.failed, mean.cancelled,
       mean.videos - mean.done - mean.rejected - mean.failed - mean.cancelled AS unfinished, mean.clips,
       mean.covid, mean.pneumonia, mean.healthy, winner.diagnosis, spread.spread, winner.probability < mean.threshold AS uncertain,
       s.first_seen_at, s.completed_at, split_part(s.trace_parent, '-', 2) AS trace_id
FROM studies s
CROSS JOIN LATERAL (
    SELECT count(*) AS videos,
           count(*) FILTER (WHERE v.status = 'done') AS done,
           count(*) FILTER (WHERE v.status = 'rejected') AS rejected,
           count(*) FILTER (WHERE v.status = 'failed') AS failed,
           count(*) FILTER (WHERE v.status = 'cancelled') AS cancelled,
           sum(r.clips)::bigint AS clips,
           max(b.threshold) FILTER (WHERE r.clips > 0) AS threshold,
           avg(r.covid ORDER BY v.object_key COLLATE "C") AS covid,
           avg(r.pneumonia ORDER BY v.object_key COLLATE "C") AS pneumonia,
           avg(r.healthy ORDER BY v.object_key COLLATE "C") AS healthy,
           array_agg(r.covid ORDER BY v.object_key COLLATE "C") FILTER (WHERE r.clips > 0) AS covids,
           array_agg(r.pneumonia ORDER BY v.object_key COLLATE "C") FILTER (WHERE r.clips > 0) AS pneumonias,
           array_agg(r.healthy ORDER BY v.object_key COLLATE "C") FILTER (WHERE r.clips > 0) AS healthies
    FROM videos v
    JOIN model_bundles b ON b.bundle_id = v.bundle_id
    LEFT JOIN LATERAL (
        SELECT count(*) AS clips,
               avg(p.covid ORDER BY p.clip_index) AS covid,
               avg(p.pneumonia ORDER BY p.clip_index) AS pneumonia,
               avg(p.healthy ORDER BY p.clip_index) AS healthy
        FROM predictions p
        WHERE p.study_day = v.study_day AND p.video_id = v.video_id AND p.generation = v.generation
        HAVING count(*) > 0
    ) r ON v.status = 'done'
    WHERE v.study_id = s.study_id AND NOT v.superseded
) mean
LEFT JOIN LATERAL (
    SELECT CASE WHEN mean.covid >= mean.pneumonia AND mean.covid >= mean.healthy THEN 'covid'
                WHEN mean.pneumonia >= mean.healthy THEN 'pneumonia' ELSE 'healthy' END AS diagnosis,
           greatest(mean.covid, mean.pneumonia, mean.healthy) AS probability
) winner ON mean.clips > 0
LEFT JOIN LATERAL (
    SELECT sqrt(sum((part.value - winner.probability) * (part.value - winner.probability) ORDER BY part.place) / count(*)) AS spread
    FROM unnest(CASE winner.diagnosis WHEN 'covid' THEN mean.covids WHEN 'pneumonia' THEN mean.pneumonias ELSE mean.healthies END)
        WITH ORDINALITY AS part (value, place)
) spread ON true;


-- A row a study, with what was told of it when it was completed last. Nothing is computed, so many days are quick: study_results has what
-- its predictions say now. failed counts cancelled videos too. Filter on completed_at.
CREATE VIEW announced_results AS
SELECT study_id, study_day, status, announced_revision AS revision, urgent,
       announced_videos AS videos, announced_rejected AS rejected, announced_failed AS failed,
       announced_covid AS covid, announced_pneumonia AS pneumonia, announced_healthy AS healthy,
       CASE WHEN announced_covid IS NULL THEN NULL
            WHEN announced_covid >= announced_pneumonia AND announced_covid >= announced_healthy THEN 'covid'
            WHEN announced_pneumonia >= announced_healthy THEN 'pneumonia' ELSE 'healthy' END AS diagnosis,
       announced_spread AS spread, announced_uncertain AS uncertain,
       first_seen_at, completed_at, split_part(trace_parent, '-', 2) AS trace_id
FROM studies
WHERE announced_revision > 0;


-- What is not finished, a row a stage: videos at ingest, clips at features and sequence. Running is what a worker has started.
CREATE VIEW stage_backlog AS
SELECT stage, unfinished - running AS waiting, running
FROM (
    SELECT 'ingest' AS stage,
           (SELECT count(*) FROM videos WHERE status = 'found') AS unfinished,
           (SELECT count(*) FROM videos WHERE status = 'found' AND worker_id IS NOT NULL) AS running
    UNION ALL
    SELECT 'features',
           (SELECT count(*) FROM clips WHERE status = 'cut'),
           (SELECT count(*) FROM clips WHERE status = 'cut' AND worker_id IS NOT NULL)
    UNION ALL
    SELECT 'sequence',
           (SELECT count(*) FROM clips WHERE status = 'extracted'),
           (SELECT count(*) FROM clips WHERE status = 'extracted' AND worker_id IS NOT NULL)
) stages;


-- Videos without a result for good, by the UTC date of the decision.
CREATE VIEW failures_by_reason AS
SELECT (finished_at AT TIME ZONE 'UTC')::date AS finished_on, status, reason, count(*) AS videos
FROM videos
WHERE status IN ('rejected', 'failed', 'cancelled') AND NOT superseded
GROUP BY 1, 2, 3;


-- Clips predicted, a row a minute and model. Filter on minute: its index answers by the range.
CREATE VIEW throughput AS
SELECT date_bin('1 minute', predicted_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') AS minute, bundle_id, variant, count(*) AS clips
FROM predictions
GROUP BY 1, 2, 3;


-- Spans of studies' traces, for waterfalls. Filter on study_id.
CREATE VIEW study_spans AS
SELECT study_id, study_day, trace_id, span_id, parent_span_id, video_id, clip_id, name, reason, started_at,
       duration_microseconds / 1000.0 AS duration_ms,
       extract(epoch FROM started_at - min(started_at) OVER (PARTITION BY study_id, trace_id)) * 1000 AS offset_ms,
       attributes
FROM spans;


-- Workers that have not left; one that is silent for longer than Lease:Duration is dead.
CREATE VIEW worker_heartbeats AS
SELECT worker_id, stages, host, process_id, version, provider, started_at, heartbeat_at,
       extract(epoch FROM clock_timestamp() - heartbeat_at) AS silent_seconds
FROM workers;


-- Names may be a patient's: only for lus_analyst.
CREATE VIEW study_names AS
SELECT study_id, study_day, bucket, name
FROM studies;


-- Names may be a patient's: only for lus_analyst.
CREATE VIEW video_names AS
SELECT video_id, study_id, study_day, object_key
FROM videos;


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


INSERT INTO "__EFMigrationsHistory" (migration_id, product_version)
VALUES ('20261124191727_LargeLedgers', '10.0.15');

COMMIT;

