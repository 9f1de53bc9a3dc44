using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Registers;

/// <summary>A bundle of the ledger and how much of the newest work it does.</summary>
/// <param name="Videos">Its videos by variant, among the newest studies.</param>
public sealed record UsedBundle(BundleRow Bundle, IReadOnlyDictionary<string, int> Videos);

/// <summary>Reads which bundles the ledger has results of.</summary>
public sealed class BundleUse(Func<LedgerContext> open)
{
    /// <summary>The number of studies that are looked at. To count all videos of a large ledger would take long.</summary>
    public const int NewestStudies = 200;

    /// <returns>The bundles, newest first.</returns>
    public async Task<IReadOnlyList<UsedBundle>> ReadAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        var bundles = await ledger.Bundles.AsNoTracking().OrderByDescending(bundle => bundle.FirstSeenAt).ThenBy(bundle => bundle.BundleId)
            .ToListAsync(cancellation).ConfigureAwait(false);
        var newest = ledger.Studies.OrderByDescending(study => study.FirstSeenAt).ThenByDescending(study => study.StudyId).Take(NewestStudies).Select(study => study.StudyId);
        var videos = await ledger.Videos.Where(video => !video.Superseded && newest.Contains(video.StudyId))
            .GroupBy(video => new { video.BundleId, video.Variant }).Select(group => new { group.Key.BundleId, group.Key.Variant, Count = group.Count() })
            .ToListAsync(cancellation).ConfigureAwait(false);
        return [.. bundles.Select(bundle => new UsedBundle(
            bundle, videos.Where(video => video.BundleId == bundle.BundleId).OrderBy(video => video.Variant, StringComparer.Ordinal).ToDictionary(video => video.Variant, video => video.Count)))];
    }
}
