#nullable disable
using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Migrations.Sqlite
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
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "announced_failed",
                table: "studies",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "announced_healthy",
                table: "studies",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "announced_pneumonia",
                table: "studies",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "announced_rejected",
                table: "studies",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "announced_spread",
                table: "studies",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "announced_uncertain",
                table: "studies",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "announced_videos",
                table: "studies",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_videos_finished_at",
                table: "videos",
                column: "finished_at",
                filter: "finished_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
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
