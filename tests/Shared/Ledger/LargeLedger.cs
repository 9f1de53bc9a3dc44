using LusPipeline.Core.Clips;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.Tests.Ledger;

/// <summary>The bulk-made ledger, opened as <c>lus</c> opens one, and every statement that goes there.</summary>
internal sealed class LargeLedger
{
    private readonly DbContextOptions<PostgresLedgerContext> _options;

    public LargeLedger(string connectionString, long studies, int openStudies)
    {
        (ConnectionString, Studies, FirstOpen) = (connectionString, studies, studies - openStudies + 1);
        var prepared = new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 100 }.ConnectionString;
        _options = new DbContextOptionsBuilder<PostgresLedgerContext>().UsePostgresLedger(prepared).AddInterceptors(Statements).Options;
    }

    public string ConnectionString { get; }

    /// <summary>They are numbered from 1, in the order of their time.</summary>
    public long Studies { get; }

    /// <summary>The first that is not done.</summary>
    public long FirstOpen { get; }

    public PlannedStatements Statements { get; } = new();
    public VideoTarget Target { get; } = new(ClipPlan.Whole(20), BulkLedger.Bundle, "fp32");
    public WorkLease Lease { get; } = new() { WorkerId = Guid.NewGuid(), Duration = TimeSpan.FromSeconds(15), RepublishAfter = TimeSpan.FromMinutes(1) };
    public AttemptOptions Attempts { get; } = new();

    /// <summary>The same ledger, asked by another user of the same server, who needs no password.</summary>
    public LargeLedger As(string user) => new(new NpgsqlConnectionStringBuilder(ConnectionString) { Username = user }.ConnectionString, Studies, (int)(Studies - FirstOpen + 1));

    public LedgerContext Open() => new PostgresLedgerContext(_options);

    public async Task ConnectAsync() => await ReadAsync("SELECT 1");

    /// <returns>The number of rows, which are read.</returns>
    public async Task<int> ReadAsync(string sql)
    {
        await using var ledger = Open();
        await using var command = await CommandAsync(ledger, sql);
        Statements.Add(command);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = 0;
        while (await reader.ReadAsync())
            rows++;
        return rows;
    }

    /// <summary>Not one of the measured statements.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var ledger = Open();
        await using var command = await CommandAsync(ledger, sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<NpgsqlCommand> CommandAsync(LedgerContext ledger, string sql)
    {
        await ledger.Database.OpenConnectionAsync();
        return new NpgsqlCommand(sql, (NpgsqlConnection)ledger.Database.GetDbConnection()) { CommandTimeout = 0 };
    }
}
