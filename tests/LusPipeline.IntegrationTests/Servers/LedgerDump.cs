using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace LusPipeline.IntegrationTests.Servers;

/// <summary>A dump of a PostgreSQL database by <c>pg_dump</c>, and its restoration as <c>docs/operating/database.md</c> describes it.</summary>
/// <param name="database">The connection string of the database, in Npgsql's form, as its superuser.</param>
/// <param name="file">Where the dump is kept.</param>
internal sealed class LedgerDump(string database, string file)
{
    private readonly NpgsqlConnectionStringBuilder _at = new(database);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Task TakeAsync() => RunAsync("pg_dump", "--format=custom", $"--file={file}", $"--dbname={_at.Database}");

    /// <summary>Restores the dump into a new database, which then takes the name of the one that is in use. That one is kept under another name.</summary>
    public async Task RestoreAsync()
    {
        var (used, restored, before) = (_at.Database!, $"{_at.Database}_restored", $"{_at.Database}_before");
        var server = new NpgsqlConnectionStringBuilder(database) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await ExecuteAsync($"CREATE DATABASE {restored}");
        await RunAsync("pg_restore", "--exit-on-error", $"--dbname={restored}", file);
        await ExecuteAsync($"ALTER DATABASE {used} ALLOW_CONNECTIONS false");
        await ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{used}'");
        await ExecuteAsync($"BEGIN; ALTER DATABASE {used} RENAME TO {before}; ALTER DATABASE {restored} RENAME TO {used}; COMMIT");

        async Task ExecuteAsync(string statement)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            program, [$"--host={_at.Host}", string.Create(CultureInfo.InvariantCulture, $"--port={_at.Port}"), $"--username={_at.Username}", "--no-password", .. arguments])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {said}");
    }
}
