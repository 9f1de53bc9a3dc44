using System.CommandLine;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Output;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus db</c></summary>
internal static class DbCommand
{
    public static Command Create() =>
        new Command("db", "The database of workers: its schema and size") { CreateMigrate(), CreateStatus() }.WithExamples("lus db migrate", "lus db status");

    private static Command CreateMigrate()
    {
        var settings = new SettingsArguments();
        var command = new Command("migrate", """
            Create the ledger's schema in a PostgreSQL database, or bring it up to this program's version. Connects as the migrator.
            Where several run at a time, one migrates and the others wait for it.
            """).WithExamples(
            "lus db migrate",
            "LUS__Database__ConnectionString__File=/run/secrets/migrator lus db migrate");
        settings.AddTo(command);
        command.SetDatabaseAction(settings, async (_, _, open, cancellation) =>
        {
            var applied = 0;
            var (version, roles) = await new LedgerMigration(open).RunAsync(
                () => Console.Out.WriteLine("Waiting for another migration to end …"),
                migration =>
                {
                    applied++;
                    Console.Out.WriteLine($"applied {migration}");
                },
                cancellation);
            await Console.Out.WriteLineAsync(applied == 0 ? $"The ledger is at {version}; there was nothing to do." : $"The ledger is at {version}.");
            await Console.Out.WriteLineAsync(roles.Count == 0
                ? "There are no roles for workers and dashboards; deploy/sql/roles.sql makes them."
                : $"Rights given to {string.Join(", ", roles)}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateStatus()
    {
        var settings = new SettingsArguments();
        var command = new Command("status", $"""
            Print the schema's version, what lus db migrate would apply, the size of the tables, and how many workers live.
            The exit code is {ExitCode.OtherVersion} when the schema is not this program's.
            """).WithExamples("lus db status", "lus db status --config /etc/lus/appsettings.json");
        settings.AddTo(command);
        command.SetDatabaseAction(settings, async (_, values, open, cancellation) =>
        {
            await using var ledger = open();
            await ledger.Database.OpenConnectionAsync(cancellation);
            var schema = await SchemaVersion.ReadAsync(ledger, cancellation);
            var server = (Npgsql.NpgsqlConnection)ledger.Database.GetDbConnection();
            Terminal.Output.Write(DatabaseTable.Create(server, schema));
            if (schema.IsCurrent)
            {
                var lease = values.Get<LeaseOptions>().Duration;
                Terminal.Output.Write(DatabaseTable.Create(await LedgerTables.ReadAsync(ledger, cancellation)));
                var alive = await ledger.Workers.CountAsync(worker => worker.HeartbeatAt > DateTime.UtcNow - lease, cancellation);
                await Console.Out.WriteLineAsync($"{alive} workers alive");
            }
            return schema.IsCurrent ? ExitCode.Done : ExitCode.OtherVersion;
        });
        return command;
    }
}
