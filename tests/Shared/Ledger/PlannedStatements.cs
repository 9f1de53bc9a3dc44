using System.Data.Common;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace LusPipeline.Tests.Ledger;

/// <summary>Keeps what was asked of PostgreSQL, so that it can be asked how it goes about it.</summary>
internal sealed class PlannedStatements : DbCommandInterceptor
{
    private readonly List<NpgsqlCommand> _seen = [];

    public void Clear() => _seen.Clear();

    public void Add(NpgsqlCommand command) => _seen.Add(command.Clone());

    /// <summary>The plan of each statement, without running it.</summary>
    /// <param name="format">TEXT or JSON.</param>
    public Task<IReadOnlyList<string>> ExplainAsync(string connectionString, string format = "TEXT") => ExplainedAsync(connectionString, $"COSTS OFF, FORMAT {format}");

    /// <summary>The blocks of 8 KiB that the statements read, from memory or from a disk. Each runs once more for it.</summary>
    public async Task<long> BlocksAsync(string connectionString)
    {
        var blocks = 0L;
        foreach (var plan in await ExplainedAsync(connectionString, "ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON"))
        {
            using var json = JsonDocument.Parse(plan);
            var whole = json.RootElement[0].GetProperty("Plan");
            blocks += whole.GetProperty("Shared Hit Blocks").GetInt64() + whole.GetProperty("Shared Read Blocks").GetInt64();
        }
        return blocks;
    }

    private async Task<IReadOnlyList<string>> ExplainedAsync(string connectionString, string options)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var plans = new List<string>();
        foreach (var command in _seen)
        {
            command.Connection = connection;
            command.CommandText = $"EXPLAIN ({options}) {command.CommandText}";
            await using var reader = await command.ExecuteReaderAsync();
            var lines = new List<string>();
            while (await reader.ReadAsync())
                lines.Add(reader.GetString(0));
            plans.Add(string.Join('\n', lines));
        }
        return plans;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Add((NpgsqlCommand)command);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Add((NpgsqlCommand)command);
        return ValueTask.FromResult(result);
    }
}
