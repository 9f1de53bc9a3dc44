using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Status;

/// <summary>
/// Reads the state of the work from the ledger of a home folder, as <see cref="StatusReader"/> does from a database. There are no workers; what the run is
/// at counts as waiting.
/// </summary>
public sealed class HomeStatusReader(Func<LedgerContext> open, TimeProvider clock)
{
    public async Task<LedgerStatus> ReadAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        var videos = await ledger.Videos.Where(video => !video.Superseded).GroupBy(video => new { video.Status, video.Reason, IsCut = video.Clips != null })
            .Select(group => new { group.Key.Status, group.Key.Reason, group.Key.IsCut, Count = group.LongCount() }).ToListAsync(cancellation).ConfigureAwait(false);
        var clips = await ledger.Clips.Where(clip => clip.Status != WorkStatus.Found)
            .GroupBy(clip => new { clip.Status, clip.Reason, HasFeatures = clip.FeaturesKey != null })
            .Select(group => new { group.Key.Status, group.Key.Reason, group.Key.HasFeatures, Count = group.LongCount() }).ToListAsync(cancellation).ConfigureAwait(false);
        var studies = await ledger.Studies.GroupBy(study => study.Status == WorkStatus.Open)
            .Select(group => new { IsOpen = group.Key, Count = group.LongCount() }).ToListAsync(cancellation).ConfigureAwait(false);
        var now = clock.GetUtcNow().UtcDateTime;
        var since = now - StatusReader.RateOver;
        var predicted = await ledger.Predictions.LongCountAsync(prediction => prediction.PredictedAt > since, cancellation).ConfigureAwait(false);

        var ingest = StageOf(
            Stage.Ingest, videos.Sum(video => video.Count), videos.Where(video => video.Status == WorkStatus.Found).Sum(video => video.Count),
            videos.Where(video => !video.IsCut).Select(video => (video.Status, video.Reason, video.Count)));
        var features = StageOf(
            Stage.Features, clips.Sum(clip => clip.Count), clips.Where(clip => clip.Status == WorkStatus.Cut).Sum(clip => clip.Count),
            clips.Where(clip => !clip.HasFeatures).Select(clip => (clip.Status, clip.Reason, clip.Count)));
        var sequence = StageOf(
            Stage.Sequence, clips.Sum(clip => clip.Count) - features.Waiting - features.Failed, clips.Where(clip => clip.Status == WorkStatus.Extracted).Sum(clip => clip.Count),
            clips.Where(clip => clip.HasFeatures).Select(clip => (clip.Status, clip.Reason, clip.Count)));
        var rate = predicted / StatusReader.RateOver.TotalMinutes;
        var clipsPerVideo = ingest.Done == 0 ? 1 : Math.Max(1, (double)clips.Sum(clip => clip.Count) / ingest.Done);
        var remaining = (ingest.Waiting * clipsPerVideo) + features.Waiting + sequence.Waiting;
        return new(
            now, [ingest, features, sequence], studies.Where(study => study.IsOpen).Sum(study => study.Count),
            studies.Where(study => !study.IsOpen).Sum(study => study.Count), true, rate,
            remaining == 0 || rate == 0 ? null : TimeSpan.FromMinutes(remaining / rate), []);
    }

    private static StageStatus StageOf(Stage stage, long all, long waiting, IEnumerable<(string Status, string? Reason, long Count)> rows)
    {
        var failures = rows.Where(row => row.Status is WorkStatus.Rejected or WorkStatus.Failed or WorkStatus.Cancelled)
            .GroupBy(row => row.Reason ?? row.Status).ToDictionary(group => group.Key, group => group.Sum(row => row.Count));
        return new(stage.Name(), waiting, 0, Math.Max(0, all - waiting - failures.Values.Sum()), failures);
    }
}
