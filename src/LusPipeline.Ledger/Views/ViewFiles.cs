using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Views;

/// <summary>
/// The SQL files of this folder: PostgreSQL views for dashboards, and the rights of the roles. A changed view needs a new migration that
/// calls <see cref="Replace"/>. The call in the migration before is then removed, because a new database must not run the new files on the
/// older schema. A changed <c>grant_rights.sql</c> needs a new migration that calls <see cref="ReplaceRights"/>; the calls before may stay,
/// because PostgreSQL reads a function's body when the function is called.
/// </summary>
internal static class ViewFiles
{
    /// <summary>The views. Each comes after the views that it reads.</summary>
    private static readonly string[] Views =
    [
        "video_results", "study_results", "announced_results", "stage_backlog", "failures_by_reason", "throughput", "study_spans", "worker_heartbeats",
        "study_names", "video_names",
    ];

    public static void Replace(MigrationBuilder migration)
    {
        Drop(migration);
        foreach (var name in Views.Append("initial_grant_rights"))
            migration.Sql(Read(name));
    }

    public static void ReplaceRights(MigrationBuilder migration) => migration.Sql(Read("grant_rights"));

    public static void Drop(MigrationBuilder migration)
    {
        migration.Sql("DROP FUNCTION IF EXISTS grant_rights();");
        // grant_rights makes them again.
        migration.Sql("DROP VIEW IF EXISTS nameless.studies, nameless.videos;");
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
