using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace LusPipeline.Ledger.Rows;

/// <summary>Times are UTC: SQLite forgets the kind, so it is given back on the way out, and a local time is refused on the way in.</summary>
internal sealed class UtcDateTimeConverter() : ValueConverter<DateTime, DateTime>(
    time => Checked(time),
    time => DateTime.SpecifyKind(time, DateTimeKind.Utc))
{
    private static DateTime Checked(DateTime time) => time.Kind == DateTimeKind.Utc
        ? time
        : throw new ArgumentException($"The ledger stores UTC times; this one is {time.Kind}.", nameof(time));
}
