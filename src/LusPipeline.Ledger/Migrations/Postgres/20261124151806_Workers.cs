#nullable disable
using System;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Workers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_videos_status_not_before",
                table: "videos");

            migrationBuilder.DropIndex(
                name: "ix_studies_status_completable_at",
                table: "studies");

            migrationBuilder.DropIndex(
                name: "ix_clips_status_not_before",
                table: "clips");

            migrationBuilder.AddColumn<int>(
                name: "publishes",
                table: "videos",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "worker_id",
                table: "videos",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "announced_revision",
                table: "studies",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTime>(
                name: "check_at",
                table: "studies",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "publishes",
                table: "clips",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "worker_id",
                table: "clips",
                type: "uuid",
                nullable: true);

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

            migrationBuilder.CreateIndex(
                name: "ix_videos_status_not_before",
                table: "videos",
                columns: new[] { "status", "not_before" },
                filter: "status IN ('found', 'cut')");

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
                name: "ix_clips_status_not_before",
                table: "clips",
                columns: new[] { "status", "not_before" },
                filter: "status IN ('cut', 'extracted')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "duties");

            migrationBuilder.DropTable(
                name: "workers");

            migrationBuilder.DropIndex(
                name: "ix_videos_status_not_before",
                table: "videos");

            migrationBuilder.DropIndex(
                name: "ix_studies_check_at",
                table: "studies");

            migrationBuilder.DropIndex(
                name: "ix_studies_unannounced",
                table: "studies");

            migrationBuilder.DropIndex(
                name: "ix_clips_status_not_before",
                table: "clips");

            migrationBuilder.DropColumn(
                name: "publishes",
                table: "videos");

            migrationBuilder.DropColumn(
                name: "worker_id",
                table: "videos");

            migrationBuilder.DropColumn(
                name: "announced_revision",
                table: "studies");

            migrationBuilder.DropColumn(
                name: "check_at",
                table: "studies");

            migrationBuilder.DropColumn(
                name: "publishes",
                table: "clips");

            migrationBuilder.DropColumn(
                name: "worker_id",
                table: "clips");

            migrationBuilder.CreateIndex(
                name: "ix_videos_status_not_before",
                table: "videos",
                columns: new[] { "status", "not_before" });

            migrationBuilder.CreateIndex(
                name: "ix_studies_status_completable_at",
                table: "studies",
                columns: new[] { "status", "completable_at" });

            migrationBuilder.CreateIndex(
                name: "ix_clips_status_not_before",
                table: "clips",
                columns: new[] { "status", "not_before" });
        }
    }
}
