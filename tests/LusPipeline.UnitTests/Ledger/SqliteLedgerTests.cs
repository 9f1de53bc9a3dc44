using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.UnitTests.Ledger;

public sealed class SqliteLedgerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_migration_that_was_killed_does_not_lock_the_file_for_ever()
    {
        using var folder = new TemporaryFolder();
        await KillMidwayAsync(folder["ledger.db"]);

        var open = await SqliteLedger.OpenAsync(folder["ledger.db"], Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        await using var ledger = open();
        Assert.Equal(0, await ledger.Studies.CountAsync(Cancellation));
    }

    [Fact]
    public async Task An_older_file_is_upgraded_by_a_run_and_refused_by_a_reader()
    {
        using var folder = new TemporaryFolder();
        await KillMidwayAsync(folder["ledger.db"]);

        await Assert.ThrowsAsync<InvalidDataException>(() => SqliteLedger.OpenToReadAsync(folder["ledger.db"], Cancellation));
        await SqliteLedger.OpenAsync(folder["ledger.db"], Cancellation);
        await SqliteLedger.OpenToReadAsync(folder["ledger.db"], Cancellation);
    }

    /// <summary>What a process leaves that dies between taking the migration lock and the first migration.</summary>
    private static async Task KillMidwayAsync(string file)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={file};Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = """
            CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
            INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00');
            """;
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
