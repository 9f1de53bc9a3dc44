using System.Runtime.CompilerServices;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;
using LusPipeline.Pipeline.Intake;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Pipeline.Replays;

/// <summary>
/// Does videos again, as a new generation in a new trace; what was predicted before stays as history. The ledger is all that changes:
/// a sweeper publishes the rows, or the next <c>lus run</c>.
/// </summary>
/// <param name="shared">Workers share the ledger, so there is a sweeper.</param>
public sealed class Replay(Func<LedgerContext> open, TimeProvider clock, bool shared)
{
    private const int Chunk = 500;

    /// <summary>So long a study stays open at least: its videos may come in several chunks.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Guid, string> _traces = [];

    /// <summary>How many videos <see cref="PlanAsync"/> gives now.</summary>
    public async Task<long> CountAsync(ReplaySelection selection, ReplayModel? model, bool urgent, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await (await SelectAsync(ledger, ledger.Videos, selection, model, urgent, cancellation).ConfigureAwait(false))
            .LongCountAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// The videos that are to be done again, by study and key, in chunks. Videos that are in work for the same target are left out,
    /// unless that makes them urgent. Without anything selected but a model, it is those that have another one.
    /// </summary>
    /// <param name="model">Null for each video's own bundle.</param>
    /// <param name="urgent">Their studies become urgent.</param>
    public async IAsyncEnumerable<IReadOnlyList<PlannedReplay>> PlanAsync(
        ReplaySelection selection, ReplayModel? model, bool urgent,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var chunks = selection.IsEmpty ? AllAsync(selection, model, urgent, cancellation) : ChosenAsync(selection, model, urgent, cancellation);
        await foreach (var rows in chunks.WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (rows.Count == 0)
                continue;
            await using var ledger = open();
            yield return await WithTargetsAsync(ledger, rows, model, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>In the order of their index, so that the first come at once.</summary>
    private async IAsyncEnumerable<List<VideoRow>> AllAsync(
        ReplaySelection selection, ReplayModel? model, bool urgent, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var last = (Study: Guid.Empty, Key: "", Video: Guid.Empty);
        while (true)
        {
            await using var ledger = open();
            var rest = ledger.Videos.FromSql(
                $"SELECT * FROM videos WHERE (study_id, object_key, video_id) > ({last.Study}, {last.Key}, {last.Video})").AsNoTracking();
            var rows = await InOrder(await SelectAsync(ledger, rest, selection, model, urgent, cancellation).ConfigureAwait(false))
                .Include(video => video.Study).Take(Chunk).ToListAsync(cancellation).ConfigureAwait(false);
            yield return rows;
            if (rows.Count < Chunk)
                yield break;
            last = (rows[^1].StudyId, rows[^1].ObjectKey, rows[^1].VideoId);
        }
    }

    /// <summary>Found at once, all their ids: asked for the first few in order, PostgreSQL would rather look through all videos for them.</summary>
    private async IAsyncEnumerable<List<VideoRow>> ChosenAsync(
        ReplaySelection selection, ReplayModel? model, bool urgent, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<Guid> ids;
        await using (var ledger = open())
        {
            ids = await InOrder(await SelectAsync(ledger, ledger.Videos, selection, model, urgent, cancellation).ConfigureAwait(false))
                .Select(video => video.VideoId).ToListAsync(cancellation).ConfigureAwait(false);
        }
        foreach (var chunk in ids.Chunk(Chunk))
        {
            await using var ledger = open();
            var these = ledger.Videos.AsNoTracking().Where(video => chunk.Contains(video.VideoId));
            yield return await InOrder(await SelectAsync(ledger, these, selection, model, urgent, cancellation).ConfigureAwait(false))
                .Include(video => video.Study).ToListAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static IQueryable<VideoRow> InOrder(IQueryable<VideoRow> videos) =>
        videos.OrderBy(video => video.StudyId).ThenBy(video => video.ObjectKey).ThenBy(video => video.VideoId);

    /// <summary>Moves one chunk of a plan in one transaction. What changed since it was planned stays as it is.</summary>
    /// <returns>Videos that wait again.</returns>
    public async Task<int> ApplyAsync(IReadOnlyList<PlannedReplay> planned, bool urgent, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        await using var transaction = await ledger.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        using var registration = new Registration(ledger, now, WorkLease.None, shared, _traces);
        var ingested = await registration.RetargetAsync(
            [.. planned.Where(video => !video.FromFeatures).Select(video => (video.Video, video.Video.Tag, video.Target))], cancellation).ConfigureAwait(false);
        var predicted = await registration.RetargetFeaturesAsync(
            [.. planned.Where(video => video.FromFeatures).Select(video => (video.Video, video.Target))], cancellation).ConfigureAwait(false);
        await registration.SaveReopenedAsync(shared ? Quiet : null, cancellation).ConfigureAwait(false);
        if (urgent)
        {
            var studies = planned.Select(video => video.Video.StudyId).Distinct().ToList();
            await ledger.Studies.Where(study => studies.Contains(study.StudyId))
                .ExecuteUpdateAsync(set => set.SetProperty(study => study.Urgent, true), cancellation).ConfigureAwait(false);
        }
        await registration.CommitAsync(transaction, cancellation).ConfigureAwait(false);
        foreach (var study in _traces.Keys.Where(study => study != planned[^1].Video.StudyId).ToList())
            _traces.Remove(study);
        return ingested.Count + predicted.Count;
    }

    private static async Task<IQueryable<VideoRow>> SelectAsync(
        LedgerContext ledger, IQueryable<VideoRow> videos, ReplaySelection selection, ReplayModel? model, bool urgent, CancellationToken cancellation)
    {
        videos = videos.Where(video => !video.Superseded);
        var everything = selection.IsEmpty && model is not null;
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
            // What is final was finished after it was found, so two small indexes answer.
            videos = videos.Where(video => video.FinishedAt >= since
                || ((video.Status == WorkStatus.Found || video.Status == WorkStatus.Cut) && video.FoundAt >= since));
        }
        var (bundle, variant) = (model?.BundleId, model?.Variant);
        return everything
            ? videos.Where(video => video.BundleId != bundle || (variant != null && video.Variant != variant))
            : videos.Where(video => (video.Status != WorkStatus.Found && video.Status != WorkStatus.Cut) || (urgent && !video.Study!.Urgent)
                || (bundle != null && video.BundleId != bundle) || (variant != null && video.Variant != variant));
    }

    /// <summary>Every day that may have clips: the first part of their key, which nobody knows of a clip's id alone.</summary>
    private static async Task<List<DateOnly>> DaysAsync(LedgerContext ledger, CancellationToken cancellation)
    {
        if (await ledger.Clips.MinAsync(clip => (DateOnly?)clip.StudyDay, cancellation).ConfigureAwait(false) is not { } first)
            return [];
        var last = await ledger.Clips.MaxAsync(clip => clip.StudyDay, cancellation).ConfigureAwait(false);
        return [.. Enumerable.Range(0, last.DayNumber - first.DayNumber + 1).Select(first.AddDays)];
    }

    private static async Task<List<PlannedReplay>> WithTargetsAsync(LedgerContext ledger, List<VideoRow> rows, ReplayModel? model, CancellationToken cancellation)
    {
        var planned = rows.ConvertAll(row => new PlannedReplay(row, TargetOf(row, model), FromFeatures: false));
        if (model is null)
            return planned;
        // The same bundle again means that all of it is in doubt; with another one, only what it does not share.
        var candidates = planned.Where(video => video.Video is { Clips: > 0 } row && WorkStatus.IsFinal(row.Status)
            && row.BundleId != video.Target.BundleId && row.ClipFrames == video.Target.Plan.Frames).ToList();
        if (candidates.Count == 0)
            return planned;
        var ids = candidates.Select(video => video.Video.VideoId).ToList();
        var clips = (await ledger.Clips.Where(clip => ids.Contains(clip.VideoId) && clip.FeaturesKey != null && clip.FeaturesSha256 != null)
            .Select(clip => new { clip.VideoId, clip.Generation, clip.ClipId, clip.FeaturesKey }).ToListAsync(cancellation).ConfigureAwait(false))
            .ToLookup(clip => (clip.VideoId, clip.Generation));
        var served = candidates.Where(video => clips[(video.Video.VideoId, video.Video.Generation)].Count(clip =>
            clip.FeaturesKey == WorkKeys.Features(clip.ClipId, model.Sha256Of(video.Target.Variant), video.Target.Variant)) == video.Video.Clips).ToHashSet();
        return planned.ConvertAll(video => video with { FromFeatures = served.Contains(video) });
    }

    private static VideoTarget TargetOf(VideoRow row, ReplayModel? model) => new(
        ClipPlan.From(row.PlanKind, model?.Frames ?? row.ClipFrames, TimeSpan.FromTicks(row.WindowTicks), TimeSpan.FromTicks(row.StrideTicks)),
        model?.BundleId ?? row.BundleId, model?.VariantFor(row.Variant) ?? row.Variant);
}
