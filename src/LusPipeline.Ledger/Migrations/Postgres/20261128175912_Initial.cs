#nullable disable
using System;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "content_hashes",
                columns: table => new
                {
                    path_hash = table.Column<string>(type: "text", nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false),
                    modified_nanoseconds = table.Column<long>(type: "bigint", nullable: false),
                    inode = table.Column<long>(type: "bigint", nullable: false),
                    sha256 = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_content_hashes", x => x.path_hash);
                });

            migrationBuilder.CreateTable(
                name: "duties",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    worker_id = table.Column<Guid>(type: "uuid", nullable: true),
                    leased_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_duties", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "kept_out_videos",
                columns: table => new
                {
                    video_id = table.Column<Guid>(type: "uuid", nullable: false),
                    since = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_kept_out_videos", x => x.video_id);
                });

            migrationBuilder.CreateTable(
                name: "model_bundles",
                columns: table => new
                {
                    bundle_id = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<string>(type: "text", nullable: false),
                    threshold = table.Column<double>(type: "double precision", nullable: false),
                    first_seen_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_bundles", x => x.bundle_id);
                });

            migrationBuilder.CreateTable(
                name: "spans",
                columns: table => new
                {
                    study_day = table.Column<DateOnly>(type: "date", nullable: false),
                    trace_id = table.Column<string>(type: "text", nullable: false),
                    span_id = table.Column<string>(type: "text", nullable: false),
                    parent_span_id = table.Column<string>(type: "text", nullable: true),
                    study_id = table.Column<Guid>(type: "uuid", nullable: false),
                    video_id = table.Column<Guid>(type: "uuid", nullable: true),
                    clip_id = table.Column<Guid>(type: "uuid", nullable: true),
                    name = table.Column<string>(type: "text", nullable: false),
                    started_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    duration_microseconds = table.Column<long>(type: "bigint", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    attributes = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_spans", x => new { x.study_day, x.trace_id, x.span_id });
                });

            migrationBuilder.CreateTable(
                name: "studies",
                columns: table => new
                {
                    study_id = table.Column<Guid>(type: "uuid", nullable: false),
                    study_day = table.Column<DateOnly>(type: "date", nullable: false),
                    bucket = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    revision = table.Column<int>(type: "integer", nullable: false),
                    completable_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    first_seen_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    completed_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    trace_parent = table.Column<string>(type: "text", nullable: false),
                    urgent = table.Column<bool>(type: "boolean", nullable: false),
                    // The migrations of the time before the first release added these columns later: they stand last, and what is never null has a default.
                    announced_revision = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    check_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    announced_covid = table.Column<double>(type: "double precision", nullable: true),
                    announced_failed = table.Column<int>(type: "integer", nullable: true),
                    announced_healthy = table.Column<double>(type: "double precision", nullable: true),
                    announced_pneumonia = table.Column<double>(type: "double precision", nullable: true),
                    announced_rejected = table.Column<int>(type: "integer", nullable: true),
                    announced_spread = table.Column<double>(type: "double precision", nullable: true),
                    announced_uncertain = table.Column<bool>(type: "boolean", nullable: true),
                    announced_videos = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_studies", x => x.study_id);
                });

            migrationBuilder.CreateTable(
                name: "workers",
                columns: table => new
                {
                    worker_id = table.Column<Guid>(type: "uuid", nullable: false),
                    stages = table.Column<string>(type: "text", nullable: false),
                    host = table.Column<string>(type: "text", nullable: false),
                    process_id = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<string>(type: "text", nullable: false),
                    provider = table.Column<string>(type: "text", nullable: false),
                    started_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    heartbeat_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_workers", x => x.worker_id);
                });

            migrationBuilder.CreateTable(
                name: "videos",
                columns: table => new
                {
                    video_id = table.Column<Guid>(type: "uuid", nullable: false),
                    study_id = table.Column<Guid>(type: "uuid", nullable: false),
                    study_day = table.Column<DateOnly>(type: "date", nullable: false),
                    object_key = table.Column<string>(type: "text", nullable: false),
                    content = table.Column<string>(type: "text", nullable: false),
                    tag = table.Column<string>(type: "text", nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false),
                    superseded = table.Column<bool>(type: "boolean", nullable: false),
                    found_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    plan_kind = table.Column<string>(type: "text", nullable: false),
                    clip_frames = table.Column<int>(type: "integer", nullable: false),
                    window_ticks = table.Column<long>(type: "bigint", nullable: false),
                    stride_ticks = table.Column<long>(type: "bigint", nullable: false),
                    bundle_id = table.Column<string>(type: "text", nullable: false),
                    variant = table.Column<string>(type: "text", nullable: false),
                    generation = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: true),
                    limit_hit = table.Column<long>(type: "bigint", nullable: true),
                    warnings = table.Column<string>(type: "text", nullable: false),
                    codec = table.Column<string>(type: "text", nullable: true),
                    width = table.Column<int>(type: "integer", nullable: true),
                    height = table.Column<int>(type: "integer", nullable: true),
                    frames = table.Column<int>(type: "integer", nullable: true),
                    duration_ticks = table.Column<long>(type: "bigint", nullable: true),
                    clips = table.Column<int>(type: "integer", nullable: true),
                    starts = table.Column<int>(type: "integer", nullable: false),
                    retries = table.Column<int>(type: "integer", nullable: false),
                    not_before = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    started_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    finished_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    trace_parent = table.Column<string>(type: "text", nullable: false),
                    // The migrations of the time before the first release added these columns later: they stand last, and what is never null has a default.
                    publishes = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    worker_id = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_videos", x => x.video_id);
                    table.ForeignKey(
                        name: "fk_videos_studies_study_id",
                        column: x => x.study_id,
                        principalTable: "studies",
                        principalColumn: "study_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "clips",
                columns: table => new
                {
                    study_day = table.Column<DateOnly>(type: "date", nullable: false),
                    clip_id = table.Column<Guid>(type: "uuid", nullable: false),
                    video_id = table.Column<Guid>(type: "uuid", nullable: false),
                    clip_index = table.Column<int>(type: "integer", nullable: false),
                    generation = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    features_key = table.Column<string>(type: "text", nullable: true),
                    features_sha256 = table.Column<string>(type: "text", nullable: true),
                    starts = table.Column<int>(type: "integer", nullable: false),
                    retries = table.Column<int>(type: "integer", nullable: false),
                    not_before = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    cut_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    // The migrations of the time before the first release added these columns later: they stand last, and what is never null has a default.
                    publishes = table.Column<int>(type: "integer", nullable: false, defaultValue: 0),
                    worker_id = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_clips", x => new { x.study_day, x.clip_id });
                    table.ForeignKey(
                        name: "fk_clips_videos_video_id",
                        column: x => x.video_id,
                        principalTable: "videos",
                        principalColumn: "video_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "predictions",
                columns: table => new
                {
                    study_day = table.Column<DateOnly>(type: "date", nullable: false),
                    clip_id = table.Column<Guid>(type: "uuid", nullable: false),
                    bundle_id = table.Column<string>(type: "text", nullable: false),
                    variant = table.Column<string>(type: "text", nullable: false),
                    generation = table.Column<int>(type: "integer", nullable: false),
                    video_id = table.Column<Guid>(type: "uuid", nullable: false),
                    clip_index = table.Column<int>(type: "integer", nullable: false),
                    covid = table.Column<double>(type: "double precision", nullable: false),
                    pneumonia = table.Column<double>(type: "double precision", nullable: false),
                    healthy = table.Column<double>(type: "double precision", nullable: false),
                    predicted_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_predictions", x => new { x.study_day, x.clip_id, x.bundle_id, x.variant, x.generation });
                    table.ForeignKey(
                        name: "fk_predictions_clips_study_day_clip_id",
                        columns: x => new { x.study_day, x.clip_id },
                        principalTable: "clips",
                        principalColumns: new[] { "study_day", "clip_id" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_predictions_model_bundles_bundle_id",
                        column: x => x.bundle_id,
                        principalTable: "model_bundles",
                        principalColumn: "bundle_id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_clips_status_not_before",
                table: "clips",
                columns: new[] { "status", "not_before" },
                filter: "status IN ('cut', 'extracted')");

            migrationBuilder.CreateIndex(
                name: "ix_clips_video_id_generation_clip_index",
                table: "clips",
                columns: new[] { "video_id", "generation", "clip_index" });

            migrationBuilder.CreateIndex(
                name: "ix_predictions_video_id_generation",
                table: "predictions",
                columns: new[] { "video_id", "generation" });

            migrationBuilder.CreateIndex(
                name: "ix_spans_study_id_started_at",
                table: "spans",
                columns: new[] { "study_id", "started_at" });

            migrationBuilder.CreateIndex(
                name: "ix_studies_bucket_name",
                table: "studies",
                columns: new[] { "bucket", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_studies_check_at",
                table: "studies",
                column: "check_at",
                filter: "status = 'open'");

            migrationBuilder.CreateIndex(
                name: "ix_studies_unannounced",
                table: "studies",
                column: "completed_at",
                filter: "announced_revision < revision");

            migrationBuilder.CreateIndex(
                name: "ix_videos_finished_at",
                table: "videos",
                column: "finished_at",
                filter: "finished_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_videos_status_not_before",
                table: "videos",
                columns: new[] { "status", "not_before" },
                filter: "status IN ('found', 'cut')");

            migrationBuilder.CreateIndex(
                name: "ix_videos_study_id_object_key",
                table: "videos",
                columns: new[] { "study_id", "object_key" });

            // The model of both databases cannot say the following, which only PostgreSQL has.
            // Rows come in the order of their time, so a range of blocks has few minutes: a few hundred kB of index for 10 million rows.
            migrationBuilder.Sql("""
                CREATE INDEX ix_predictions_minute ON predictions
                USING brin (date_bin('1 minute', predicted_at, TIMESTAMPTZ '2000-01-01 00:00:00+00')) WITH (pages_per_range = 32, autosummarize = on);
                """);
            // Each holds what is rare: rows in work, and rows without a result.
            migrationBuilder.Sql("CREATE INDEX ix_videos_worker_id ON videos (worker_id) WHERE worker_id IS NOT NULL;");
            migrationBuilder.Sql("CREATE INDEX ix_clips_worker_id ON clips (worker_id) WHERE worker_id IS NOT NULL;");
            migrationBuilder.Sql("""
                CREATE INDEX ix_videos_refused ON videos (finished_at, status, reason) INCLUDE (clips)
                WHERE status IN ('rejected', 'failed', 'cancelled') AND NOT superseded;
                """);
            migrationBuilder.Sql("CREATE INDEX ix_clips_failed ON clips (status, reason) WHERE status IN ('failed', 'cancelled');");
            migrationBuilder.Sql("CREATE INDEX ix_studies_completed_at ON studies (completed_at);");
            migrationBuilder.Sql("CREATE INDEX ix_studies_name ON studies (name);");
            // The views for dashboards, and the rights of the roles.
            Views.ViewFiles.Make(migrationBuilder);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            Views.ViewFiles.Drop(migrationBuilder);
            migrationBuilder.DropTable(
                name: "content_hashes");

            migrationBuilder.DropTable(
                name: "duties");

            migrationBuilder.DropTable(
                name: "kept_out_videos");

            migrationBuilder.DropTable(
                name: "predictions");

            migrationBuilder.DropTable(
                name: "spans");

            migrationBuilder.DropTable(
                name: "workers");

            migrationBuilder.DropTable(
                name: "clips");

            migrationBuilder.DropTable(
                name: "model_bundles");

            migrationBuilder.DropTable(
                name: "videos");

            migrationBuilder.DropTable(
                name: "studies");
        }
    }
}
