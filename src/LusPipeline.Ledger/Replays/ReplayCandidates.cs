using System.Runtime.CompilerServices;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Replays;

/// <summary>The features object of a clip, in one generation of its video.</summary>
public readonly record struct ClipFeatures(Guid VideoId, int Generation, Guid ClipId, string FeaturesKey);

/// <summary>
/// Finds the videos to replay. Videos that are in work for the same target are left out, unless the replay makes them urgent. If a bundle
/// is given and nothing is selected, these are the videos that have another bundle.
/// </summary>
/// <param name="open">The ledger.</param>
/// <param name="selection">Selects the videos.</param>
/// <param name="bundleId">The id of the bundle to replay with; null for each video's own.</param>
/// <param name="variant">The variant of the bundle; null for each video's own.</param>
/// <param name="urgent">Whether their studies become urgent.</param>
public sealed class ReplayCandidates(Func<LedgerContext> open, ReplaySelection selection, string? bundleId, string? variant, bool urgent)
{
    private const int Chunk = 500;

    /// <summary>Counts the candidates.</summary>
    public async Task<long> CountAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        return await (await SelectAsync(ledger, ledger.Videos, cancellation).ConfigureAwait(false)).LongCountAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns the rows of the candidates with their studies, by study and key, in chunks.</summary>
    public IAsyncEnumerable<IReadOnlyList<VideoRow>> ReadAsync(CancellationToken cancellation) =>
        selection.IsEmpty ? AllAsync(cancellation) : ChosenAsync(cancellation);

    /// <summary>Returns the features objects of these videos' clips, in all generations.</summary>
    public async Task<IReadOnlyList<ClipFeatures>> FeaturesAsync(IReadOnlyCollection<Guid> videoIds, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Clips.Where(clip => videoIds.Contains(clip.VideoId) && clip.FeaturesKey != null && clip.FeaturesSha256 != null)
            .Select(clip => new ClipFeatures(clip.VideoId, clip.Generation, clip.ClipId, clip.FeaturesKey!)).ToListAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads all videos in the order of an index, so that the first chunk is available at once.</summary>
    private async IAsyncEnumerable<IReadOnlyList<VideoRow>> AllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var last = (Study: Guid.Empty, Key: "", Video: Guid.Empty);
        while (true)
        {
            await using var ledger = open();
            var rest = ledger.Videos.FromSql(
                $"SELECT * FROM videos WHERE (study_id, object_key, video_id) > ({last.Study}, {last.Key}, {last.Video})").AsNoTracking();
            var rows = await InOrder(await SelectAsync(ledger, rest, cancellation).ConfigureAwait(false))
                .Include(video => video.Study).Take(Chunk).ToListAsync(cancellation).ConfigureAwait(false);
            yield return rows;
            if (rows.Count < Chunk)
                yield break;
            last = (rows[^1].StudyId, rows[^1].ObjectKey, rows[^1].VideoId);
        }
    }

    /// <summary>
    /// Reads the ids of all selected videos first. With an order and a limit in the query, PostgreSQL would scan all videos instead of
    /// using the selection.
    /// </summary>
    private async IAsyncEnumerable<IReadOnlyList<VideoRow>> ChosenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        List<Guid> ids;
        await using (var ledger = open())
        {
            ids = await InOrder(await SelectAsync(ledger, ledger.Videos, cancellation).ConfigureAwait(false))
                .Select(video => video.VideoId).ToListAsync(cancellation).ConfigureAwait(false);
        }
        foreach (var chunk in ids.Chunk(Chunk))
        {
            await using var ledger = open();
            var these = ledger.Videos.AsNoTracking().Where(video => chunk.Contains(video.VideoId));
            yield return await InOrder(await SelectAsync(ledger, these, cancellation).ConfigureAwait(false))
                .Include(video => video.Study).ToListAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static IQueryable<VideoRow> InOrder(IQueryable<VideoRow> videos) =>
        videos.OrderBy(video => video.StudyId).ThenBy(video => video.ObjectKey).ThenBy(video => video.VideoId);

    private async Task<IQueryable<VideoRow>> SelectAsync(LedgerContext ledger, IQueryable<VideoRow> videos, CancellationToken cancellation)
    {
        videos = videos.Where(video => !video.Superseded);
        var everything = selection.IsEmpty && bundleId is not null;
        if (selection.Studies is { Count: > 0 } names)
        {
            var studies = await ledger.Studies.Where(study => names.Contains(study.Name)).Select(study => study.StudyId).ToListAsync(cancellation).ConfigureAwait(false);
            videos = videos.Where(video => studies.Contains(video.StudyId));
        }
        if (selection.VideoIds.Count + selection.Keys.Count > 0)
        {
            var (ids, keys) = (selection.VideoIds, selection.Keys);
            var named = keys.Select(key => ObjectName.FromKey(key).Study).Distinct().ToList();
            var studies = await ledger.Studies.Where(study => named.Contains(study.Name)).Select(study => study.StudyId).ToListAsync(cancellation).ConfigureAwait(false);
            videos = videos.Where(video => ids.Contains(video.VideoId) || (studies.Contains(video.StudyId) && keys.Contains(video.ObjectKey)));
        }
        if (selection.ClipIds is { Count: > 0 } clips)
        {
            var days = await DaysAsync(ledger, cancellation).ConfigureAwait(false);
            var ids = await ledger.Clips.Where(clip => days.Contains(clip.StudyDay) && clips.Contains(clip.ClipId))
                .Select(clip => clip.VideoId).Distinct().ToListAsync(cancellation).ConfigureAwait(false);
            videos = videos.Where(video => ids.Contains(video.VideoId));
        }
        if (selection.Failed)
            videos = videos.Where(video => video.Status == WorkStatus.Failed);
        if (selection.Since is { } since)
        {
            // A final video was finished after it was found, so two small indexes answer this.
            videos = videos.Where(video => video.FinishedAt >= since
                || ((video.Status == WorkStatus.Found || video.Status == WorkStatus.Cut) && video.FoundAt >= since));
        }
        return everything
            ? videos.Where(video => video.BundleId != bundleId || (variant != null && video.Variant != variant))
            : videos.Where(video => (video.Status != WorkStatus.Found && video.Status != WorkStatus.Cut) || (urgent && !video.Study!.Urgent)
                || (bundleId != null && video.BundleId != bundleId) || (variant != null && video.Variant != variant));
    }

    /// <summary>
    /// Returns all study days that may have clips. The key of a clip begins with the day, and the clip's id alone does not tell it.
    /// </summary>
    private static async Task<List<DateOnly>> DaysAsync(LedgerContext ledger, CancellationToken cancellation)
    {
        if (await ledger.Clips.MinAsync(clip => (DateOnly?)clip.StudyDay, cancellation).ConfigureAwait(false) is not { } first)
            return [];
        var last = await ledger.Clips.MaxAsync(clip => clip.StudyDay, cancellation).ConfigureAwait(false);
        return [.. Enumerable.Range(0, last.DayNumber - first.DayNumber + 1).Select(first.AddDays)];
    }
}
