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
                    urgent = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_studies", x => x.study_id);
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
                    trace_parent = table.Column<string>(type: "text", nullable: false)
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
                    finished_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
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
                columns: new[] { "status", "not_before" });

            migrationBuilder.CreateIndex(
                name: "ix_clips_video_id_generation_clip_index",
                table: "clips",
                columns: new[] { "video_id", "generation", "clip_index" });

            migrationBuilder.CreateIndex(
                name: "ix_predictions_bundle_id",
                table: "predictions",
                column: "bundle_id");

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
                name: "ix_studies_status_completable_at",
                table: "studies",
                columns: new[] { "status", "completable_at" });

            migrationBuilder.CreateIndex(
                name: "ix_videos_status_not_before",
                table: "videos",
                columns: new[] { "status", "not_before" });

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
                name: "predictions");

            migrationBuilder.DropTable(
                name: "spans");

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
