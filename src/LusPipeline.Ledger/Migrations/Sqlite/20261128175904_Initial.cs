#nullable disable
using System;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Migrations.Sqlite
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
                    path_hash = table.Column<string>(type: "TEXT", nullable: false),
                    size = table.Column<long>(type: "INTEGER", nullable: false),
                    modified_nanoseconds = table.Column<long>(type: "INTEGER", nullable: false),
                    inode = table.Column<long>(type: "INTEGER", nullable: false),
                    sha256 = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_content_hashes", x => x.path_hash);
                });

            migrationBuilder.CreateTable(
                name: "duties",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    worker_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    leased_until = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_duties", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "kept_out_videos",
                columns: table => new
                {
                    video_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    since = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_kept_out_videos", x => x.video_id);
                });

            migrationBuilder.CreateTable(
                name: "model_bundles",
                columns: table => new
                {
                    bundle_id = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    version = table.Column<string>(type: "TEXT", nullable: false),
                    threshold = table.Column<double>(type: "REAL", nullable: false),
                    first_seen_at = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_bundles", x => x.bundle_id);
                });

            migrationBuilder.CreateTable(
                name: "spans",
                columns: table => new
                {
                    study_day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    trace_id = table.Column<string>(type: "TEXT", nullable: false),
                    span_id = table.Column<string>(type: "TEXT", nullable: false),
                    parent_span_id = table.Column<string>(type: "TEXT", nullable: true),
                    study_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    video_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    clip_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    started_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    duration_microseconds = table.Column<long>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    attributes = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_spans", x => new { x.study_day, x.trace_id, x.span_id });
                });

            migrationBuilder.CreateTable(
                name: "studies",
                columns: table => new
                {
                    study_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    study_day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    bucket = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", nullable: false),
                    revision = table.Column<int>(type: "INTEGER", nullable: false),
                    completable_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    first_seen_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    completed_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    trace_parent = table.Column<string>(type: "TEXT", nullable: false),
                    urgent = table.Column<bool>(type: "INTEGER", nullable: false),
                    // The migrations of the time before the first release added these columns later: they stand last, and what is never null has a default.
                    announced_revision = table.Column<int>(type: "INTEGER", nullable: false, defaultValue: 0),
                    check_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    announced_covid = table.Column<double>(type: "REAL", nullable: true),
                    announced_failed = table.Column<int>(type: "INTEGER", nullable: true),
                    announced_healthy = table.Column<double>(type: "REAL", nullable: true),
                    announced_pneumonia = table.Column<double>(type: "REAL", nullable: true),
                    announced_rejected = table.Column<int>(type: "INTEGER", nullable: true),
                    announced_spread = table.Column<double>(type: "REAL", nullable: true),
                    announced_uncertain = table.Column<bool>(type: "INTEGER", nullable: true),
                    announced_videos = table.Column<int>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_studies", x => x.study_id);
                });

            migrationBuilder.CreateTable(
                name: "workers",
                columns: table => new
                {
                    worker_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    stages = table.Column<string>(type: "TEXT", nullable: false),
                    host = table.Column<string>(type: "TEXT", nullable: false),
                    process_id = table.Column<int>(type: "INTEGER", nullable: false),
                    version = table.Column<string>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", nullable: false),
                    started_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    heartbeat_at = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_workers", x => x.worker_id);
                });

            migrationBuilder.CreateTable(
                name: "videos",
                columns: table => new
                {
                    video_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    study_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    study_day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    object_key = table.Column<string>(type: "TEXT", nullable: false),
                    content = table.Column<string>(type: "TEXT", nullable: false),
                    tag = table.Column<string>(type: "TEXT", nullable: false),
                    size = table.Column<long>(type: "INTEGER", nullable: false),
                    superseded = table.Column<bool>(type: "INTEGER", nullable: false),
                    found_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    plan_kind = table.Column<string>(type: "TEXT", nullable: false),
                    clip_frames = table.Column<int>(type: "INTEGER", nullable: false),
                    window_ticks = table.Column<long>(type: "INTEGER", nullable: false),
                    stride_ticks = table.Column<long>(type: "INTEGER", nullable: false),
                    bundle_id = table.Column<string>(type: "TEXT", nullable: false),
                    variant = table.Column<string>(type: "TEXT", nullable: false),
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    status = table.Column<string>(type: "TEXT", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    detail = table.Column<string>(type: "TEXT", nullable: true),
                    limit_hit = table.Column<long>(type: "INTEGER", nullable: true),
                    warnings = table.Column<string>(type: "TEXT", nullable: false),
                    codec = table.Column<string>(type: "TEXT", nullable: true),
                    width = table.Column<int>(type: "INTEGER", nullable: true),
                    height = table.Column<int>(type: "INTEGER", nullable: true),
                    frames = table.Column<int>(type: "INTEGER", nullable: true),
                    duration_ticks = table.Column<long>(type: "INTEGER", nullable: true),
                    clips = table.Column<int>(type: "INTEGER", nullable: true),
                    starts = table.Column<int>(type: "INTEGER", nullable: false),
                    retries = table.Column<int>(type: "INTEGER", nullable: false),
                    not_before = table.Column<DateTime>(type: "TEXT", nullable: true),
                    started_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    finished_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    trace_parent = table.Column<string>(type: "TEXT", nullable: false),
                    // The migrations of the time before the first release added these columns later: they stand last, and what is never null has a default.
                    publishes = table.Column<int>(type: "INTEGER", nullable: false, defaultValue: 0),
                    worker_id = table.Column<Guid>(type: "TEXT", nullable: true)
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
                    study_day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    clip_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    video_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    clip_index = table.Column<int>(type: "INTEGER", nullable: false),
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    status = table.Column<string>(type: "TEXT", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    features_key = table.Column<string>(type: "TEXT", nullable: true),
                    features_sha256 = table.Column<string>(type: "TEXT", nullable: true),
                    starts = table.Column<int>(type: "INTEGER", nullable: false),
                    retries = table.Column<int>(type: "INTEGER", nullable: false),
                    not_before = table.Column<DateTime>(type: "TEXT", nullable: true),
                    cut_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    finished_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    // The migrations of the time before the first release added these columns later: they stand last, and what is never null has a default.
                    publishes = table.Column<int>(type: "INTEGER", nullable: false, defaultValue: 0),
                    worker_id = table.Column<Guid>(type: "TEXT", nullable: true)
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
                    study_day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    clip_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    bundle_id = table.Column<string>(type: "TEXT", nullable: false),
                    variant = table.Column<string>(type: "TEXT", nullable: false),
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    video_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    clip_index = table.Column<int>(type: "INTEGER", nullable: false),
                    covid = table.Column<double>(type: "REAL", nullable: false),
                    pneumonia = table.Column<double>(type: "REAL", nullable: false),
                    healthy = table.Column<double>(type: "REAL", nullable: false),
                    predicted_at = table.Column<DateTime>(type: "TEXT", nullable: false)
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
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
