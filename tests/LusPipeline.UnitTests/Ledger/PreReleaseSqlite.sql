CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "migration_id" TEXT NOT NULL CONSTRAINT "pk___ef_migrations_history" PRIMARY KEY,
    "product_version" TEXT NOT NULL
);

BEGIN TRANSACTION;
CREATE TABLE "content_hashes" (
    "path_hash" TEXT NOT NULL CONSTRAINT "pk_content_hashes" PRIMARY KEY,
    "size" INTEGER NOT NULL,
    "modified_nanoseconds" INTEGER NOT NULL,
    "inode" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL
);

CREATE TABLE "model_bundles" (
    "bundle_id" TEXT NOT NULL CONSTRAINT "pk_model_bundles" PRIMARY KEY,
    "name" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "threshold" REAL NOT NULL,
    "first_seen_at" TEXT NOT NULL
);

CREATE TABLE "spans" (
    "study_day" TEXT NOT NULL,
    "trace_id" TEXT NOT NULL,
    "span_id" TEXT NOT NULL,
    "parent_span_id" TEXT NULL,
    "study_id" TEXT NOT NULL,
    "video_id" TEXT NULL,
    "clip_id" TEXT NULL,
    "name" TEXT NOT NULL,
    "started_at" TEXT NOT NULL,
    "duration_microseconds" INTEGER NOT NULL,
    "reason" TEXT NULL,
    "attributes" TEXT NOT NULL,
    CONSTRAINT "pk_spans" PRIMARY KEY ("study_day", "trace_id", "span_id")
);

CREATE TABLE "studies" (
    "study_id" TEXT NOT NULL CONSTRAINT "pk_studies" PRIMARY KEY,
    "study_day" TEXT NOT NULL,
    "bucket" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "completable_at" TEXT NULL,
    "first_seen_at" TEXT NOT NULL,
    "completed_at" TEXT NULL,
    "trace_parent" TEXT NOT NULL,
    "urgent" INTEGER NOT NULL
);

CREATE TABLE "videos" (
    "video_id" TEXT NOT NULL CONSTRAINT "pk_videos" PRIMARY KEY,
    "study_id" TEXT NOT NULL,
    "study_day" TEXT NOT NULL,
    "object_key" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "tag" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "superseded" INTEGER NOT NULL,
    "found_at" TEXT NOT NULL,
    "plan_kind" TEXT NOT NULL,
    "clip_frames" INTEGER NOT NULL,
    "window_ticks" INTEGER NOT NULL,
    "stride_ticks" INTEGER NOT NULL,
    "bundle_id" TEXT NOT NULL,
    "variant" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT NULL,
    "detail" TEXT NULL,
    "limit_hit" INTEGER NULL,
    "warnings" TEXT NOT NULL,
    "codec" TEXT NULL,
    "width" INTEGER NULL,
    "height" INTEGER NULL,
    "frames" INTEGER NULL,
    "duration_ticks" INTEGER NULL,
    "clips" INTEGER NULL,
    "starts" INTEGER NOT NULL,
    "retries" INTEGER NOT NULL,
    "not_before" TEXT NULL,
    "started_at" TEXT NULL,
    "finished_at" TEXT NULL,
    "trace_parent" TEXT NOT NULL,
    CONSTRAINT "fk_videos_studies_study_id" FOREIGN KEY ("study_id") REFERENCES "studies" ("study_id") ON DELETE CASCADE
);

CREATE TABLE "clips" (
    "study_day" TEXT NOT NULL,
    "clip_id" TEXT NOT NULL,
    "video_id" TEXT NOT NULL,
    "clip_index" INTEGER NOT NULL,
    "generation" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT NULL,
    "features_key" TEXT NULL,
    "features_sha256" TEXT NULL,
    "starts" INTEGER NOT NULL,
    "retries" INTEGER NOT NULL,
    "not_before" TEXT NULL,
    "cut_at" TEXT NOT NULL,
    "finished_at" TEXT NULL,
    CONSTRAINT "pk_clips" PRIMARY KEY ("study_day", "clip_id"),
    CONSTRAINT "fk_clips_videos_video_id" FOREIGN KEY ("video_id") REFERENCES "videos" ("video_id") ON DELETE CASCADE
);

CREATE TABLE "predictions" (
    "study_day" TEXT NOT NULL,
    "clip_id" TEXT NOT NULL,
    "bundle_id" TEXT NOT NULL,
    "variant" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "video_id" TEXT NOT NULL,
    "clip_index" INTEGER NOT NULL,
    "covid" REAL NOT NULL,
    "pneumonia" REAL NOT NULL,
    "healthy" REAL NOT NULL,
    "predicted_at" TEXT NOT NULL,
    CONSTRAINT "pk_predictions" PRIMARY KEY ("study_day", "clip_id", "bundle_id", "variant", "generation"),
    CONSTRAINT "fk_predictions_clips_study_day_clip_id" FOREIGN KEY ("study_day", "clip_id") REFERENCES "clips" ("study_day", "clip_id") ON DELETE CASCADE,
    CONSTRAINT "fk_predictions_model_bundles_bundle_id" FOREIGN KEY ("bundle_id") REFERENCES "model_bundles" ("bundle_id") ON DELETE CASCADE
);

CREATE INDEX "ix_clips_status_not_before" ON "clips" ("status", "not_before");

CREATE INDEX "ix_clips_video_id_generation_clip_index" ON "clips" ("video_id", "generation", "clip_index");

CREATE INDEX "ix_predictions_bundle_id" ON "predictions" ("bundle_id");

CREATE INDEX "ix_predictions_video_id_generation" ON "predictions" ("video_id", "generation");

CREATE INDEX "ix_spans_study_id_started_at" ON "spans" ("study_id", "started_at");

CREATE UNIQUE INDEX "ix_studies_bucket_name" ON "studies" ("bucket", "name");

CREATE INDEX "ix_studies_status_completable_at" ON "studies" ("status", "completable_at");

CREATE INDEX "ix_videos_status_not_before" ON "videos" ("status", "not_before");

CREATE INDEX "ix_videos_study_id_object_key" ON "videos" ("study_id", "object_key");

INSERT INTO "__EFMigrationsHistory" ("migration_id", "product_version")
VALUES ('20261123233940_Initial', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
DROP INDEX "ix_videos_status_not_before";

DROP INDEX "ix_studies_status_completable_at";

DROP INDEX "ix_clips_status_not_before";

ALTER TABLE "videos" ADD "publishes" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "videos" ADD "worker_id" TEXT NULL;

ALTER TABLE "studies" ADD "announced_revision" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "studies" ADD "check_at" TEXT NULL;

ALTER TABLE "clips" ADD "publishes" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "clips" ADD "worker_id" TEXT NULL;

CREATE TABLE "duties" (
    "name" TEXT NOT NULL CONSTRAINT "pk_duties" PRIMARY KEY,
    "worker_id" TEXT NULL,
    "leased_until" TEXT NOT NULL
);

CREATE TABLE "workers" (
    "worker_id" TEXT NOT NULL CONSTRAINT "pk_workers" PRIMARY KEY,
    "stages" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "process_id" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "started_at" TEXT NOT NULL,
    "heartbeat_at" TEXT NOT NULL
);

CREATE INDEX "ix_videos_status_not_before" ON "videos" ("status", "not_before") WHERE status IN ('found', 'cut');

CREATE INDEX "ix_studies_check_at" ON "studies" ("check_at") WHERE status = 'open';

CREATE INDEX "ix_studies_unannounced" ON "studies" ("completed_at") WHERE announced_revision < revision;

CREATE INDEX "ix_clips_status_not_before" ON "clips" ("status", "not_before") WHERE status IN ('cut', 'extracted');

INSERT INTO "__EFMigrationsHistory" ("migration_id", "product_version")
VALUES ('20261124151752_Workers', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
CREATE TABLE "kept_out_videos" (
    "video_id" TEXT NOT NULL CONSTRAINT "pk_kept_out_videos" PRIMARY KEY,
    "since" TEXT NOT NULL
);

INSERT INTO "__EFMigrationsHistory" ("migration_id", "product_version")
VALUES ('20261124161000_KeptOutVideos', '10.0.15');

COMMIT;

BEGIN TRANSACTION;
DROP INDEX "ix_predictions_bundle_id";

ALTER TABLE "studies" ADD "announced_covid" REAL NULL;

ALTER TABLE "studies" ADD "announced_failed" INTEGER NULL;

ALTER TABLE "studies" ADD "announced_healthy" REAL NULL;

ALTER TABLE "studies" ADD "announced_pneumonia" REAL NULL;

ALTER TABLE "studies" ADD "announced_rejected" INTEGER NULL;

ALTER TABLE "studies" ADD "announced_spread" REAL NULL;

ALTER TABLE "studies" ADD "announced_uncertain" INTEGER NULL;

ALTER TABLE "studies" ADD "announced_videos" INTEGER NULL;

CREATE INDEX "ix_videos_finished_at" ON "videos" ("finished_at") WHERE finished_at IS NOT NULL;

INSERT INTO "__EFMigrationsHistory" ("migration_id", "product_version")
VALUES ('20261124191708_LargeLedgers', '10.0.15');

COMMIT;

