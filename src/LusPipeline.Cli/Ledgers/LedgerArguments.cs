using System.CommandLine;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Run;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using Npgsql;

namespace LusPipeline.Cli.Ledgers;

/// <summary>
/// The arguments by which a command finds its ledger. A home folder that is named comes first, then the configured database, then the default home folder.
/// </summary>
internal sealed class LedgerArguments
{
    private const string ConnectionKey = $"{DatabaseOptions.Section}:{nameof(DatabaseOptions.ConnectionString)}";

    private readonly Option<string?> _home = new("--home")
    {
        Description = $"Folder of a lus run's ledger; if left out, the database of the configuration, and without one {HomeFolder.DefaultName}",
        HelpName = "DIR",
    };

    private readonly SettingsArguments _settings = new();

    /// <summary>The database that the command works on; null for the ledger of a home folder.</summary>
    public DatabaseOptions? Database { get; private set; }

    public void AddTo(Command command)
    {
        command.Add(_home);
        _settings.AddTo(command);
    }

    /// <summary>Opens the ledger for a command that only reads. A run may be active in the same home folder.</summary>
    /// <exception cref="HomeException">No run has used this home folder yet.</exception>
    /// <exception cref="ConfigurationException">The configuration that names the database is invalid.</exception>
    /// <exception cref="LedgerVersionException">The database's schema has another version than this program expects.</exception>
    public Task<OpenedLedger> OpenToReadAsync(ParseResult result, CancellationToken cancellation) => OpenAsync(result, changes: false, cancellation);

    /// <summary>Opens the ledger so that the database itself refuses every change.</summary>
    /// <inheritdoc cref="OpenToReadAsync"/>
    public Task<OpenedLedger> OpenReadOnlyAsync(ParseResult result, CancellationToken cancellation) => OpenAsync(result, changes: false, cancellation, readOnly: true);

    /// <summary>Where the settings come from.</summary>
    public ConfigurationSources Sources(ParseResult result) => _settings.Sources(result);

    /// <summary>Opens the ledger for a command that changes it. Only one process at a time may change a home folder's ledger.</summary>
    /// <inheritdoc cref="OpenToReadAsync"/>
    public Task<OpenedLedger> OpenToChangeAsync(ParseResult result, CancellationToken cancellation) => OpenAsync(result, changes: true, cancellation);

    private async Task<OpenedLedger> OpenAsync(ParseResult result, bool changes, CancellationToken cancellation, bool readOnly = false)
    {
        var home = result.GetValue(_home);
        if (home is null && await OpenDatabaseAsync(result, readOnly, cancellation) is { } database)
            return database;
        home = Path.GetFullPath(home ?? HomeFolder.DefaultName);
        var file = HomeFolder.LedgerFileIn(home);
        if (!File.Exists(file))
            throw new HomeException($"There is no ledger in {home}. Run lus run first, name its folder with --home, or configure {ConnectionKey} for the ledger of workers.");
        var held = changes ? HomeFolder.Open(home) : null;
        try
        {
            return new(await SqliteLedger.OpenToReadAsync(file, cancellation, readOnly), TimeProvider.System, null, held) { HomePath = home };
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Opens the configured database; null if none is configured.</summary>
    private async Task<OpenedLedger?> OpenDatabaseAsync(ParseResult result, bool readOnly, CancellationToken cancellation)
    {
        var settings = LoadedSettings.Inspect(_settings.Sources(result));
        var connection = settings.All.Single(setting => setting.Key == ConnectionKey);
        if (connection.Origin == SettingOrigin.Default && settings.Problems.All(problem => problem.Origin?.Kind != SettingOrigin.CommandLineKind))
            return null;
        if (settings.Problems.Count > 0)
            throw new ConfigurationException(settings.Problems);
        Database = settings.Get<DatabaseOptions>();
        var open = PostgresLedger.Open(Database, readOnly);
        var place = new NpgsqlConnectionStringBuilder(Database.ConnectionString);
        await Console.Error.WriteLineAsync($"Ledger: database {ResultTable.Printable(place.Database ?? "")} on {ResultTable.Printable(place.Host ?? "")} (from {connection.Origin})");
        await PostgresLedger.RequireVersionAsync(open, cancellation);
        return new(open, await DatabaseClock.AskAsync(open, cancellation), settings, null);
    }
}
