using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace LusPipeline.Ledger.Rows;

/// <summary>
/// Keeps all times in UTC. SQLite does not store a time's kind, so reading sets it to UTC. Writing a local time throws an exception.
/// </summary>
internal sealed class UtcDateTimeConverter() : ValueConverter<DateTime, DateTime>(
    time => Checked(time),
    time => DateTime.SpecifyKind(time, DateTimeKind.Utc))
{
    private static DateTime Checked(DateTime time) => time.Kind == DateTimeKind.Utc
        ? time
        : throw new ArgumentException($"The ledger stores UTC times; this one is {time.Kind}.", nameof(time));
}
