#nullable disable
using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class DashboardViews : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            foreach (var index in new[] { "predictions_minute", "videos_worker_id", "clips_worker_id", "videos_refused", "clips_failed", "studies_completed_at", "studies_name" })
                migrationBuilder.Sql($"DROP INDEX ix_{index};");
        }
    }
}
