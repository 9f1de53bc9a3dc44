using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Storage;

/// <summary>Optuna's relational schema: makes it in an empty database, and refuses any other.</summary>
internal static class SearchSchema
{
    /// <summary>The schema's version.</summary>
    public const int Version = 12;

    /// <summary>The newest of its migrations.</summary>
    public const string Revision = "v3.2.0.a";

    /// <summary>The release of Optuna that writes this schema; Optuna names it in its messages.</summary>
    private const string Release = "5.0.0";

    private static readonly string[] Own =
    [
        "studies", "version_info", "study_directions", "study_user_attributes", "study_system_attributes", "trials", "trial_user_attributes",
        "trial_system_attributes", "trial_params", "trial_values", "trial_intermediate_values", "trial_heartbeats", "alembic_version",
    ];

    /// <param name="database">The database, for its statements.</param>
    /// <param name="run">Runs statements on a connection within a transaction.</param>
    /// <exception cref="SearchException">The database has tables of another version or of another program.</exception>
    public static void Require(SearchDatabase database, SearchStatements run)
    {
        var tables = run.Rows(database.TablesQuery, row => row.GetString(0));
        if (!tables.Contains("version_info"))
        {
            if (tables.FirstOrDefault(Own.Contains) is { } foreign)
                throw new SearchException($"{database.Place} has a table '{foreign}', and it is not Optuna's. Give a database of its own with --storage.");
            Create(database, run);
            return;
        }
        var found = run.Rows("SELECT schema_version, library_version FROM version_info", row => (Version: row.GetInt32(0), Library: row.GetString(1)));
        var revision = tables.Contains("alembic_version") ? run.Rows("SELECT version_num FROM alembic_version", row => row.GetString(0)).FirstOrDefault() : null;
        if (found is [var (version, library)] && (version != Version || revision != Revision))
        {
            throw new SearchException(
                $"{database.Place} has the schema {version} ({revision ?? "no migration"}) of Optuna {library}, and this needs the schema {Version} ({Revision}). "
                + "Give another database with --storage, or migrate this one with Optuna 3.2 or later: optuna storage upgrade.");
        }
    }

    private static void Create(SearchDatabase database, SearchStatements run)
    {
        using var file = typeof(SearchSchema).Assembly.GetManifestResourceStream(database.SchemaFile)!;
        using var reader = new StreamReader(file);
        foreach (var statement in reader.ReadToEnd().Split(";\n", StringSplitOptions.RemoveEmptyEntries))
            run.Execute(statement);
        run.Execute("INSERT INTO version_info (version_info_id, schema_version, library_version) VALUES (1, @version, @release)", ("@version", Version), ("@release", Release));
        run.Execute("INSERT INTO alembic_version (version_num) VALUES (@revision)", ("@revision", Revision));
    }
}
