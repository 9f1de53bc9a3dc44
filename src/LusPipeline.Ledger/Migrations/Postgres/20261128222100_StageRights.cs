using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LusPipeline.Ledger.Migrations.Postgres
{
    /// <summary>The roles of single stages get their rights.</summary>
    public partial class StageRights : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => Views.ViewFiles.ReplaceRights(migrationBuilder);
    }
}
