#nullable disable
using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class LargeLedgers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_predictions_bundle_id",
                table: "predictions");

            migrationBuilder.AddColumn<double>(
                name: "announced_covid",
                table: "studies",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "announced_failed",
                table: "studies",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "announced_healthy",
                table: "studies",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "announced_pneumonia",
                table: "studies",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "announced_rejected",
                table: "studies",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "announced_spread",
                table: "studies",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "announced_uncertain",
                table: "studies",
                type: "boolean",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "announced_videos",
                table: "studies",
                type: "integer",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_videos_finished_at",
                table: "videos",
                column: "finished_at",
                filter: "finished_at IS NOT NULL");
            // What was told before is what the predictions still say. A new ledger has neither.
            migrationBuilder.Sql("""
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
                $$
                """);
            Views.ViewFiles.Replace(migrationBuilder);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            Views.ViewFiles.Drop(migrationBuilder);
            migrationBuilder.DropIndex(
                name: "ix_videos_finished_at",
                table: "videos");

            migrationBuilder.DropColumn(
                name: "announced_covid",
                table: "studies");

            migrationBuilder.DropColumn(
                name: "announced_failed",
                table: "studies");

            migrationBuilder.DropColumn(
                name: "announced_healthy",
                table: "studies");

            migrationBuilder.DropColumn(
                name: "announced_pneumonia",
                table: "studies");

            migrationBuilder.DropColumn(
                name: "announced_rejected",
                table: "studies");

            migrationBuilder.DropColumn(
                name: "announced_spread",
                table: "studies");

            migrationBuilder.DropColumn(
                name: "announced_uncertain",
                table: "studies");

            migrationBuilder.DropColumn(
                name: "announced_videos",
                table: "studies");

            migrationBuilder.CreateIndex(
                name: "ix_predictions_bundle_id",
                table: "predictions",
                column: "bundle_id");
        }
    }
}
