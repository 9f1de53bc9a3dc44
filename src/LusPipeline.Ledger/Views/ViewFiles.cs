using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Views;

/// <summary>
/// The SQL files of this folder: PostgreSQL's views for dashboards, and the rights of the roles. A change of one needs a new migration
/// that calls <see cref="Replace"/>; the call in the one before is then taken out, so that a new database sees only what fits its schema.
/// </summary>
internal static class ViewFiles
{
    /// <summary>Each after those that it reads.</summary>
    private static readonly string[] Views =
    [
        "video_results", "study_results", "announced_results", "stage_backlog", "failures_by_reason", "throughput", "study_spans", "worker_heartbeats",
        "study_names", "video_names",
    ];

    public static void Replace(MigrationBuilder migration)
    {
        Drop(migration);
        foreach (var name in Views.Append("grant_rights"))
            migration.Sql(Read(name));
    }

    public static void Drop(MigrationBuilder migration)
    {
        migration.Sql("DROP FUNCTION IF EXISTS grant_rights();");
        foreach (var view in Views.Reverse())
            migration.Sql($"DROP VIEW IF EXISTS {view};");
    }

    private static string Read(string name)
    {
        var type = typeof(ViewFiles);
        using var reader = new StreamReader(type.Assembly.GetManifestResourceStream(type, $"{name}.sql")!);
        return reader.ReadToEnd();
    }
}
