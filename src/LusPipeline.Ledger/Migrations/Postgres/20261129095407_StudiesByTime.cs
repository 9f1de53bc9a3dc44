using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LusPipeline.Ledger.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class StudiesByTime : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_studies_first_seen_at_study_id",
                table: "studies",
                columns: new[] { "first_seen_at", "study_id" });

            migrationBuilder.CreateIndex(
                name: "ix_studies_status_first_seen_at_study_id",
                table: "studies",
                columns: new[] { "status", "first_seen_at", "study_id" });

            // The roles of lus serve get their rights.
            Views.ViewFiles.ReplaceRights(migrationBuilder);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_studies_first_seen_at_study_id",
                table: "studies");

            migrationBuilder.DropIndex(
                name: "ix_studies_status_first_seen_at_study_id",
                table: "studies");
        }
    }
}
