using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace LusPipeline.Ledger.Rows;

/// <summary>
/// Keeps all times in UTC. SQLite does not store a time's kind, so reading sets it to UTC. Writing a local time throws an exception.
/// </summary>
internal sealed class UtcDateTimeConverter() : ValueConverter<DateTime, DateTime>(
    time => Checked(time),
    time => DateTime.SpecifyKind(time, DateTimeKind.Utc))
{
    // The generator of the compiled models asks for the default value of each column. It has no kind.
    private static DateTime Checked(DateTime time) => time.Kind == DateTimeKind.Utc || EF.IsDesignTime
        ? time
        : throw new ArgumentException($"The ledger stores UTC times; this one is {time.Kind}.", nameof(time));
}
