using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Intake;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;

namespace LusPipeline.Pipeline.Intake;

/// <summary>
/// Writes the videos of a listing into the ledger, and decides which of them have work to do. There are two triggers: a user asks for
/// results of a target (<c>lus run</c>), or a watched bucket shows new videos (workers).
/// </summary>
/// <param name="lease">Says when the sweeper republishes registered videos. The default is <see cref="WorkLease.None"/>.</param>
/// <param name="quiet">Time without new videos after which a watched study may complete.</param>
public sealed class VideoRegister(Func<LedgerContext> open, TimeProvider clock, WorkLease? lease = null, TimeSpan quiet = default)
{
    private readonly WorkLease _lease = lease ?? WorkLease.None;
    private readonly KnownVideos _known = new(open);

    /// <summary>Registers one part of a listing because a user asks for its results. This takes one transaction with a few statements.</summary>
    /// <param name="force">Whether finished videos are processed again, as a new generation.</param>
    /// <returns>One entry for each video, in the order of the listing.</returns>
    public Task<IReadOnlyList<RegisteredVideo>> RequestAsync(
        IReadOnlyCollection<SeenVideo> seen, VideoTarget target, VideoLimits limits, bool force, CancellationToken cancellation) =>
        RegisterAsync(seen, target, limits, new Trigger(Arrived: false, force), cancellation);

    /// <summary>
    /// Registers one part of a watched bucket's listing: new videos, and rejected videos whose limit was raised. Other known videos are not
    /// changed, even if another bundle is configured now: only a user decides to replay.
    /// </summary>
    /// <returns>The messages to publish.</returns>
    public async Task<IReadOnlyList<VideoFound>> ArriveAsync(
        IReadOnlyCollection<SeenVideo> seen, VideoTarget target, VideoLimits limits, CancellationToken cancellation)
    {
        var registered = await RegisterAsync(seen, target, limits, new Trigger(Arrived: true, Force: false), cancellation).ConfigureAwait(false);
        return
        [
            .. registered.Where(video => video.State == RegisteredState.Due).Select(video =>
                new VideoFound(VideoFound.CurrentVersion, video.VideoId, video.StudyDay, video.Generation) { Urgent = video.Urgent }),
        ];
    }

    private async Task<IReadOnlyList<RegisteredVideo>> RegisterAsync(
        IReadOnlyCollection<SeenVideo> seen, VideoTarget target, VideoLimits limits, Trigger trigger, CancellationToken cancellation)
    {
        var distinct = seen.DistinctBy(video => video.VideoId).ToList();
        var rows = await _known.RowsAsync([.. distinct.Select(video => video.VideoId)], cancellation).ConfigureAwait(false);
        var added = distinct.FindAll(video => !rows.ContainsKey(video.VideoId));
        if (trigger.Arrived)
            added = await WantedAsync(added, cancellation).ConfigureAwait(false);
        var known = await DecideAsync(
            [.. distinct.Where(video => rows.ContainsKey(video.VideoId)).Select(video => (video, rows[video.VideoId]))],
            target, limits, trigger, cancellation).ConfigureAwait(false);
        var back = known.FindAll(video => video.Row.Superseded);
        var begun = known.FindAll(video => video.State == RegisteredState.Begun);
        var again = known.FindAll(video => video.State == RegisteredState.Due);
        var registered = known.ConvertAll(video => new RegisteredVideo(
            video.Seen, video.Row.VideoId, video.Row.StudyId, video.Row.StudyDay, video.Generation, video.State)
        { Urgent = video.Urgent });
        if (added.Count + back.Count + begun.Count + again.Count == 0)
            return registered;

        await using var registration = await Registration.BeginAsync(open, clock, _lease, cancellation).ConfigureAwait(false);
        var studies = await registration.AddAsync(added, target, cancellation).ConfigureAwait(false);
        foreach (var study in trigger.Force ? studies.Keys : [])
            registration.Reopen(study, evenCancelled: true);
        await registration.BringBackAsync([.. back.Select(video => video.Row.VideoId)], cancellation).ConfigureAwait(false);
        if (trigger.Arrived)
        {
            var present = added.Concat(back.Select(video => video.Seen)).ToList();
            await registration.SupersedeAsync(present, present.Select(video => video.VideoId).ToHashSet(), cancellation).ConfigureAwait(false);
        }
        foreach (var video in begun.Where(video => video.Row.Tag != video.Seen.Tag))
            await registration.SetTagAsync(video.Row.VideoId, video.Seen.Tag, cancellation).ConfigureAwait(false);
        foreach (var video in back.Concat(begun))
            registration.Reopen(video.Row.StudyId);
        await registration.RetargetAsync([.. again.Select(video => (video.Row, video.Seen.Tag, target))], cancellation).ConfigureAwait(false);
        var cancelled = await registration.SaveReopenedAsync(trigger.Arrived ? quiet : null, cancellation).ConfigureAwait(false);
        await registration.CommitAsync(cancellation).ConfigureAwait(false);

        registered.AddRange(added.Select(video => new RegisteredVideo(
            video, video.VideoId, video.StudyId, studies[video.StudyId].StudyDay, 0,
            video.Rejection is null ? RegisteredState.Due : RegisteredState.RejectedNow)
        {
            Urgent = studies[video.StudyId].Urgent,
        }));
        var places = distinct.Select((video, place) => (video.VideoId, place)).ToDictionary(video => video.VideoId, video => video.place);
        registered.Sort((left, right) => places[left.VideoId].CompareTo(places[right.VideoId]));
        return cancelled.Count == 0
            ? registered
            : registered.ConvertAll(video => video.State == RegisteredState.Due && cancelled.Contains(video.StudyId)
                ? video with { State = RegisteredState.Finished }
                : video);
    }

    /// <summary>Decides what known videos have to do.</summary>
    private async Task<List<KnownVideo>> DecideAsync(
        IReadOnlyCollection<(SeenVideo Seen, VideoRow Row)> videos, VideoTarget target, VideoLimits limits, Trigger trigger,
        CancellationToken cancellation)
    {
        if (trigger.Arrived)
        {
            var eligible = videos.Where(video => IsEligibleAgain(video.Row, limits)).Select(video => video.Row).ToHashSet();
            var studies = eligible.Select(row => row.StudyId).Distinct().ToList();
            var urgent = studies.Count == 0 ? new Dictionary<Guid, bool>() : await _known.UrgencyAsync(studies, cancellation).ConfigureAwait(false);
            return [.. videos.Select(video => eligible.Contains(video.Row) && urgent.TryGetValue(video.Row.StudyId, out var first)
                ? new KnownVideo(video.Seen, video.Row, RegisteredState.Due, video.Row.Generation + 1, first)
                : new KnownVideo(video.Seen, video.Row, RegisteredState.Finished, video.Row.Generation))];
        }
        var finished = await FinishedGenerationsAsync(videos.Select(video => video.Row), target, cancellation).ConfigureAwait(false);
        return [.. videos.Select(video => Decide(
            video.Seen, video.Row, target, limits, trigger.Force, finished.TryGetValue(video.Row.VideoId, out var generation) ? generation : null))];
    }

    /// <param name="finished">The generation that already has the target's results; null if there is none.</param>
    private static KnownVideo Decide(SeenVideo seen, VideoRow row, VideoTarget target, VideoLimits limits, bool force, int? finished)
    {
        if (!force && finished is { } generation)
            return new(seen, row, RegisteredState.Finished, generation);
        if (seen.Rejection is not null || (!force && IsKeptFinal(row, limits)))
            return new(seen, row, RegisteredState.Finished, row.Generation);
        if (!force && !WorkStatus.IsFinal(row.Status) && HasTarget(row, target))
            return new(seen, row, RegisteredState.Begun, row.Generation);
        return new(seen, row, RegisteredState.Due, row.Generation + 1);
    }

    /// <summary>Takes older contents of the keys of <paramref name="present"/> out of their studies' results, unless they are present too.</summary>
    public async Task SupersedeAsync(IReadOnlyList<RegisteredVideo> present, CancellationToken cancellation)
    {
        var ids = present.Select(video => video.VideoId).ToHashSet();
        var supersession = new Supersession(open);
        foreach (var chunk in present.Chunk(500))
            await supersession.ApplyAsync([.. chunk.Select(video => video.Seen)], ids, cancellation).ConfigureAwait(false);
    }

    /// <summary>Leaves out the videos that a user deleted for good.</summary>
    private async Task<List<SeenVideo>> WantedAsync(List<SeenVideo> unknown, CancellationToken cancellation)
    {
        if (unknown.Count == 0)
            return unknown;
        var keptOut = await _known.KeptOutAsync(unknown.ConvertAll(video => video.VideoId), cancellation).ConfigureAwait(false);
        return keptOut.Count == 0 ? unknown : unknown.FindAll(video => !keptOut.Contains(video.VideoId));
    }

    /// <summary>
    /// For each video, finds the newest generation whose predictions cover the whole target. A video that waits for the target was replayed
    /// or forced, so it is left out and continues.
    /// </summary>
    private async Task<Dictionary<Guid, int>> FinishedGenerationsAsync(
        IEnumerable<VideoRow> rows, VideoTarget target, CancellationToken cancellation)
    {
        var finished = new Dictionary<Guid, int>();
        var others = new Dictionary<Guid, VideoRow>();
        foreach (var row in rows)
        {
            if (row.Status == WorkStatus.Done && HasTarget(row, target))
                finished[row.VideoId] = row.Generation;
            else if (row.Frames is >= 2 && (WorkStatus.IsFinal(row.Status) || !HasTarget(row, target)))
                others[row.VideoId] = row;
        }
        if (others.Count == 0)
            return finished;

        var predicted = await _known.PredictedClipsAsync([.. others.Keys], target, cancellation).ConfigureAwait(false);
        foreach (var generation in predicted.GroupBy(clip => (clip.VideoId, clip.Generation)).OrderBy(group => group.Key.Generation))
        {
            var row = others[generation.Key.VideoId];
            var cut = target.Plan.Cut(row.Frames!.Value, row.DurationTicks is { } ticks ? TimeSpan.FromTicks(ticks) : null);
            var clips = generation.Select(clip => clip.ClipId).ToHashSet();
            if (Enumerable.Range(0, cut.Count).All(index => clips.Contains(LedgerIds.Clip(row.VideoId, target.Plan, index))))
                finished[row.VideoId] = generation.Key.Generation;
        }
        return finished;
    }

    private static bool HasTarget(VideoRow row, VideoTarget target) =>
        row.PlanKind == target.Plan.Kind && row.ClipFrames == target.Plan.Frames
        && row.WindowTicks == target.Plan.Window.Ticks && row.StrideTicks == target.Plan.Stride.Ticks
        && row.BundleId == target.BundleId && row.Variant == target.Variant;

    /// <summary>
    /// Whether a video keeps its final status. Videos that were rejected by unchanged limits, crashed or were cancelled keep it; other
    /// failed videos are tried again.
    /// </summary>
    private static bool IsKeptFinal(VideoRow row, VideoLimits limits) => row.Status switch
    {
        WorkStatus.Rejected => !IsEligibleAgain(row, limits),
        WorkStatus.Failed => row.Reason == ReasonCode.Crashed,
        WorkStatus.Cancelled => true,
        _ => false,
    };

    /// <summary>Whether a video was rejected by a limit that has been raised since, or by a version that read less.</summary>
    private static bool IsEligibleAgain(VideoRow row, VideoLimits limits) =>
        row.Status == WorkStatus.Rejected && (row.Reason == ReasonCode.Dicom || (row.LimitHit is { } hit && hit < limits.For(row.Reason)));

    /// <summary>The reason for a registration.</summary>
    /// <param name="Arrived">True if a watched bucket holds the videos; false if a user asks for their results.</param>
    /// <param name="Force">Whether the user wants finished videos processed again.</param>
    private sealed record Trigger(bool Arrived, bool Force);

    /// <summary>A video that has a row already, with what it has to do.</summary>
    private sealed record KnownVideo(SeenVideo Seen, VideoRow Row, RegisteredState State, int Generation, bool Urgent = false);
}
