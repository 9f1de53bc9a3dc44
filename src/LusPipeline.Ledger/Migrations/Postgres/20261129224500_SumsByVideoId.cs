using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LusPipeline.Ledger.Migrations.Postgres
{
    /// <summary>The sums of a study are in the order of its videos' ids, so the views without names need no order of names.</summary>
    public partial class SumsByVideoId : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            Views.ViewFiles.ReplaceView(migrationBuilder, "study_results");
            Views.ViewFiles.ReplaceRights(migrationBuilder);
        }
    }
}
