using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LusPipeline.UnitTests.Ledger;

public sealed class PostgresLedgerTests
{
    /// <summary>PostgreSQL has 100 connections by default, for everybody.</summary>
    [Theory]
    [InlineData("Host=db", true, 20)]
    [InlineData("Host=db;Maximum Pool Size=7", true, 7)]
    [InlineData("Host=db", false, 100)]
    public void Who_only_reads_takes_few_connections_unless_the_settings_say_otherwise(string connection, bool readOnly, int connections)
    {
        using var ledger = PostgresLedger.Open(new DatabaseOptions { ConnectionString = connection }, readOnly)();

        Assert.Equal(connections, new NpgsqlConnectionStringBuilder(ledger.Database.GetConnectionString()).MaxPoolSize);
    }
}
