using Npgsql;

namespace LusPipeline.Benchmarks;

/// <summary>What a PostgreSQL database has done so far.</summary>
internal readonly record struct DatabaseCounts(long Transactions, long RowsWritten)
{
    public static async Task<DatabaseCounts> ReadAsync(string database)
    {
        // A session tells what it did when it ends, or seconds later.
        NpgsqlConnection.ClearAllPools();
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        await using var connection = new NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT pg_stat_clear_snapshot(), xact_commit, tup_inserted + tup_updated + tup_deleted FROM pg_stat_database WHERE datname = current_database()", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new(reader.GetInt64(1), reader.GetInt64(2));
    }
}
