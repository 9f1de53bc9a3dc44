using Microsoft.EntityFrameworkCore.Migrations;

namespace LusPipeline.Ledger.Views;

/// <summary>
/// The SQL files of this folder: PostgreSQL views for dashboards, and the rights of the roles. <c>Initial</c> still makes what it made, so the first
/// text of what was changed since stays in a file <c>initial_….sql</c>. A change is a new migration: <see cref="ReplaceView"/> for a view whose columns
/// stay as they are; an earlier such call for the same view is then removed, because a new database must not run the new text on the older schema.
/// <see cref="ReplaceRights"/> is for <c>grant_rights.sql</c>; its earlier calls may stay, because PostgreSQL reads a function's body when it is called.
/// </summary>
internal static class ViewFiles
{
    /// <summary>The views. Each comes after the views that it reads.</summary>
    private static readonly string[] Views =
    [
        "video_results", "study_results", "announced_results", "stage_backlog", "failures_by_reason", "throughput", "study_spans", "worker_heartbeats",
        "study_names", "video_names",
    ];

    /// <summary>Makes all of them, as <c>Initial</c> does.</summary>
    public static void Make(MigrationBuilder migration)
    {
        Drop(migration);
        foreach (var name in Views.Append("grant_rights"))
            migration.Sql(ReadFirst(name));
    }

    /// <summary>Its rights, and the views that read it, stay.</summary>
    /// <param name="name">Of a file that begins with <c>CREATE OR REPLACE VIEW</c>.</param>
    public static void ReplaceView(MigrationBuilder migration, string name) => migration.Sql(Read(name));

    public static void ReplaceRights(MigrationBuilder migration) => migration.Sql(Read("grant_rights"));

    public static void Drop(MigrationBuilder migration)
    {
        migration.Sql("DROP FUNCTION IF EXISTS grant_rights();");
        // grant_rights makes them again.
        migration.Sql("DROP VIEW IF EXISTS nameless.studies, nameless.videos;");
        foreach (var view in Views.Reverse())
            migration.Sql($"DROP VIEW IF EXISTS {view};");
    }

    private static string ReadFirst(string name) => TryRead($"initial_{name}") ?? Read(name);

    private static string Read(string name) => TryRead(name) ?? throw new ArgumentException($"There is no {name}.sql.", nameof(name));

    private static string? TryRead(string name)
    {
        var type = typeof(ViewFiles);
        using var stream = type.Assembly.GetManifestResourceStream(type, $"{name}.sql");
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
