using System.Runtime.CompilerServices;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Intake;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Replays;
using LusPipeline.Ledger.Rows;

namespace LusPipeline.Pipeline.Replays;

/// <summary>
/// Processes videos again, as a new generation in a new trace. Earlier predictions stay as history. A replay only changes the ledger: the
/// sweeper, or the next <c>lus run</c>, publishes the rows.
/// </summary>
/// <param name="shared">Whether workers share the ledger, so that there is a sweeper.</param>
public sealed class Replay(Func<LedgerContext> open, TimeProvider clock, bool shared)
{
    /// <summary>A study stays open for at least this time, because its videos may come in several chunks.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Guid, string> _traces = [];

    /// <summary>Counts the videos that <see cref="PlanAsync"/> would return now.</summary>
    public Task<long> CountAsync(ReplaySelection selection, ReplayModel? model, bool urgent, CancellationToken cancellation) =>
        Candidates(selection, model, urgent).CountAsync(cancellation);

    /// <summary>Returns the videos to replay in chunks, by study and key: those of <see cref="ReplayCandidates"/>.</summary>
    /// <param name="model">The bundle to replay with; null for each video's own.</param>
    /// <param name="urgent">Whether their studies become urgent.</param>
    public async IAsyncEnumerable<IReadOnlyList<PlannedReplay>> PlanAsync(
        ReplaySelection selection, ReplayModel? model, bool urgent,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var candidates = Candidates(selection, model, urgent);
        await foreach (var rows in candidates.ReadAsync(cancellation).ConfigureAwait(false))
        {
            if (rows.Count > 0)
                yield return await WithTargetsAsync(candidates, rows, model, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Moves one chunk of a plan in one transaction. Videos that changed since they were planned are left out.</summary>
    /// <returns>The number of videos that wait again.</returns>
    public async Task<int> ApplyAsync(IReadOnlyList<PlannedReplay> planned, bool urgent, CancellationToken cancellation)
    {
        await using var registration = await Registration.BeginAsync(open, clock, WorkLease.None, shared, _traces, cancellation).ConfigureAwait(false);
        var ingested = await registration.RetargetAsync(
            [.. planned.Where(video => !video.FromFeatures).Select(video => (video.Video, video.Video.Tag, video.Target))], cancellation).ConfigureAwait(false);
        var predicted = await registration.RetargetFeaturesAsync(
            [.. planned.Where(video => video.FromFeatures).Select(video => (video.Video, video.Target))], cancellation).ConfigureAwait(false);
        await registration.SaveReopenedAsync(shared ? Quiet : null, cancellation).ConfigureAwait(false);
        if (urgent)
            await registration.MakeUrgentAsync([.. planned.Select(video => video.Video.StudyId).Distinct()], cancellation).ConfigureAwait(false);
        var moved = ingested.Concat(predicted).ToHashSet();
        await registration.RecordReplayAsync(planned.Select(video => video.Video).Where(video => moved.Contains(video.VideoId)), cancellation).ConfigureAwait(false);
        await registration.CommitAsync(cancellation).ConfigureAwait(false);
        foreach (var study in _traces.Keys.Where(study => study != planned[^1].Video.StudyId).ToList())
            _traces.Remove(study);
        return ingested.Count + predicted.Count;
    }

    private ReplayCandidates Candidates(ReplaySelection selection, ReplayModel? model, bool urgent) =>
        new(open, selection, model?.BundleId, model?.Variant, urgent);

    private static async Task<IReadOnlyList<PlannedReplay>> WithTargetsAsync(
        ReplayCandidates candidates, IReadOnlyList<VideoRow> rows, ReplayModel? model, CancellationToken cancellation)
    {
        var planned = rows.Select(row => new PlannedReplay(row, TargetOf(row, model), FromFeatures: false)).ToList();
        if (model is null)
            return planned;
        // A replay with the same bundle repeats all stages. A replay with another bundle repeats only what the two bundles do not share.
        var others = planned.Where(video => video.Video is { Clips: > 0 } row && WorkStatus.IsFinal(row.Status)
            && row.BundleId != video.Target.BundleId && row.ClipFrames == video.Target.Plan.Frames).ToList();
        if (others.Count == 0)
            return planned;
        var clips = (await candidates.FeaturesAsync([.. others.Select(video => video.Video.VideoId)], cancellation).ConfigureAwait(false))
            .ToLookup(clip => (clip.VideoId, clip.Generation));
        var served = others.Where(video => clips[(video.Video.VideoId, video.Video.Generation)].Count(clip =>
            clip.FeaturesKey == WorkKeys.Features(clip.ClipId, model.Sha256Of(video.Target.Variant), video.Target.Variant)) == video.Video.Clips).ToHashSet();
        return planned.ConvertAll(video => video with { FromFeatures = served.Contains(video) });
    }

    private static VideoTarget TargetOf(VideoRow row, ReplayModel? model) => new(
        ClipPlan.From(row.PlanKind, model?.Frames ?? row.ClipFrames, TimeSpan.FromTicks(row.WindowTicks), TimeSpan.FromTicks(row.StrideTicks)),
        model?.BundleId ?? row.BundleId, model?.VariantFor(row.Variant) ?? row.Variant);
}
