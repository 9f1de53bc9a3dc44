using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Web.Api;

/// <summary>A place in the list of studies as text for a URL: ticks of the time and the study's id, both in hex.</summary>
internal static class PlaceText
{
    public static string Write(StudyPlace place) => string.Create(CultureInfo.InvariantCulture, $"{place.FirstSeenAt.Ticks:x16}{place.StudyId:N}");

    public static bool TryParse(string text, [NotNullWhen(true)] out StudyPlace? place)
    {
        place = text.Length == 48
            && long.TryParse(text.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ticks)
            && ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            && Guid.TryParseExact(text.AsSpan(16), "N", out var id)
            ? new(new(ticks, DateTimeKind.Utc), id)
            : null;
        return place is not null;
    }
}
