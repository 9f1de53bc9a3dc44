#nullable disable
using System;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class KeptOutVideos : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "kept_out_videos");
        }
    }
}
