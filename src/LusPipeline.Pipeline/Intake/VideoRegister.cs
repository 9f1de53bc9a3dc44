using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Pipeline.Intake;

/// <summary>
/// Puts videos that a listing found into the ledger, and decides which of them have something to do. There are two triggers: a user asks for
/// results of a target (<c>lus run</c>), or a watched bucket shows what arrived (workers).
/// </summary>
/// <param name="lease">When the sweeper republishes what is registered; <see cref="WorkLease.None"/> if left out.</param>
/// <param name="quiet">Time without anything new after which a watched study may complete.</param>
public sealed class VideoRegister(Func<LedgerContext> open, TimeProvider clock, WorkLease? lease = null, TimeSpan quiet = default)
{
    private readonly WorkLease _lease = lease ?? WorkLease.None;

    /// <summary>Registers one part of a listing because a user asks for its results, in one transaction and a few statements.</summary>
    /// <param name="force">Does finished videos again, as a new generation.</param>
    /// <returns>One for each video, in the order of the listing.</returns>
    public Task<IReadOnlyList<RegisteredVideo>> RequestAsync(
        IReadOnlyCollection<SeenVideo> seen, VideoTarget target, VideoLimits limits, bool force, CancellationToken cancellation) =>
        RegisterAsync(seen, target, limits, new Trigger(Arrived: false, force), cancellation);

    /// <summary>
    /// Registers one part of a watched bucket's listing: new videos, and rejected ones whose limit was raised. All other known videos stay as
    /// they are, whatever bundle is configured now: a replay is a user's decision.
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
        await using var ledger = open();
        var rows = await RowsAsync(ledger, [.. distinct.Select(video => video.VideoId)], cancellation).ConfigureAwait(false);
        var added = distinct.FindAll(video => !rows.ContainsKey(video.VideoId));
        if (trigger.Arrived)
            added = await WantedAsync(ledger, added, cancellation).ConfigureAwait(false);
        var known = await DecideAsync(
            ledger, [.. distinct.Where(video => rows.ContainsKey(video.VideoId)).Select(video => (video, rows[video.VideoId]))],
            target, limits, trigger, cancellation).ConfigureAwait(false);
        var back = known.FindAll(video => video.Row.Superseded);
        var begun = known.FindAll(video => video.State == RegisteredState.Begun);
        var again = known.FindAll(video => video.State == RegisteredState.Due);
        var registered = known.ConvertAll(video => new RegisteredVideo(
            video.Seen, video.Row.VideoId, video.Row.StudyId, video.Row.StudyDay, video.Generation, video.State)
        { Urgent = video.Urgent });
        if (added.Count + back.Count + begun.Count + again.Count == 0)
            return registered;

        await using var transaction = await ledger.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        using var registration = new Registration(ledger, clock.GetUtcNow().UtcDateTime, _lease);
        var studies = await registration.AddAsync(added, target, cancellation).ConfigureAwait(false);
        foreach (var study in trigger.Force ? studies.Keys : [])
            registration.Reopen(study, evenCancelled: true);
        await BringBackAsync(ledger, back, cancellation).ConfigureAwait(false);
        if (trigger.Arrived)
        {
            var present = added.Concat(back.Select(video => video.Seen)).ToList();
            await Supersession.ApplyAsync(ledger, present, present.Select(video => video.VideoId).ToHashSet(), cancellation).ConfigureAwait(false);
        }
        foreach (var video in begun.Where(video => video.Row.Tag != video.Seen.Tag))
        {
            await ledger.Videos.Where(row => row.VideoId == video.Row.VideoId)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Tag, video.Seen.Tag), cancellation).ConfigureAwait(false);
        }
        foreach (var video in back.Concat(begun))
            registration.Reopen(video.Row.StudyId);
        await registration.RetargetAsync([.. again.Select(video => (video.Row, video.Seen.Tag, target))], cancellation).ConfigureAwait(false);
        var cancelled = await registration.SaveReopenedAsync(trigger.Arrived ? quiet : null, cancellation).ConfigureAwait(false);
        await registration.CommitAsync(transaction, cancellation).ConfigureAwait(false);

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

    /// <summary>What known videos have to do.</summary>
    private static async Task<List<KnownVideo>> DecideAsync(
        LedgerContext ledger, IReadOnlyCollection<(SeenVideo Seen, VideoRow Row)> videos, VideoTarget target, VideoLimits limits, Trigger trigger,
        CancellationToken cancellation)
    {
        if (trigger.Arrived)
        {
            var again = videos.Where(video => IsEligibleAgain(video.Row, limits)).Select(video => video.Row).ToList();
            var urgent = again.Count == 0 ? [] : await UrgencyAsync(ledger, again, cancellation).ConfigureAwait(false);
            return [.. videos.Select(video => IsEligibleAgain(video.Row, limits) && urgent.TryGetValue(video.Row.StudyId, out var first)
                ? new KnownVideo(video.Seen, video.Row, RegisteredState.Due, video.Row.Generation + 1, first)
                : new KnownVideo(video.Seen, video.Row, RegisteredState.Finished, video.Row.Generation))];
        }
        var finished = await FinishedGenerationsAsync(ledger, videos.Select(video => video.Row), target, cancellation).ConfigureAwait(false);
        return [.. videos.Select(video => Decide(
            video.Seen, video.Row, target, limits, trigger.Force, finished.TryGetValue(video.Row.VideoId, out var generation) ? generation : null))];
    }

    /// <param name="finished">The generation that has the target's results already; null where none has.</param>
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

    private static async Task BringBackAsync(LedgerContext ledger, List<KnownVideo> back, CancellationToken cancellation)
    {
        if (back.Count == 0)
            return;
        var ids = back.ConvertAll(video => video.Row.VideoId);
        await ledger.Videos.Where(video => ids.Contains(video.VideoId))
            .ExecuteUpdateAsync(set => set.SetProperty(video => video.Superseded, false), cancellation).ConfigureAwait(false);
    }

    /// <summary>Older contents of the keys of <paramref name="present"/> leave their study's result, unless they are present too.</summary>
    public async Task SupersedeAsync(IReadOnlyList<RegisteredVideo> present, CancellationToken cancellation)
    {
        var ids = present.Select(video => video.VideoId).ToHashSet();
        await using var ledger = open();
        foreach (var chunk in present.Chunk(500))
            await Supersession.ApplyAsync(ledger, [.. chunk.Select(video => video.Seen)], ids, cancellation).ConfigureAwait(false);
    }

    /// <summary>Those that no user had deleted for good.</summary>
    private static async Task<List<SeenVideo>> WantedAsync(LedgerContext ledger, List<SeenVideo> unknown, CancellationToken cancellation)
    {
        if (unknown.Count == 0)
            return unknown;
        var ids = unknown.ConvertAll(video => video.VideoId);
        var keptOut = await ledger.KeptOutVideos.Where(video => ids.Contains(video.VideoId)).Select(video => video.VideoId)
            .ToHashSetAsync(cancellation).ConfigureAwait(false);
        return keptOut.Count == 0 ? unknown : unknown.FindAll(video => !keptOut.Contains(video.VideoId));
    }

    /// <summary>Which of these rows' studies are urgent; cancelled ones are left out.</summary>
    private static async Task<Dictionary<Guid, bool>> UrgencyAsync(LedgerContext ledger, List<VideoRow> rows, CancellationToken cancellation)
    {
        var studies = rows.Select(row => row.StudyId).Distinct().ToList();
        return await ledger.Studies.Where(study => studies.Contains(study.StudyId) && study.Status != WorkStatus.Cancelled)
            .ToDictionaryAsync(study => study.StudyId, study => study.Urgent, cancellation).ConfigureAwait(false);
    }

    private static async Task<Dictionary<Guid, VideoRow>> RowsAsync(LedgerContext ledger, IReadOnlyCollection<Guid> ids, CancellationToken cancellation) =>
        await ledger.Videos.AsNoTracking().Where(video => ids.Contains(video.VideoId))
            .ToDictionaryAsync(video => video.VideoId, cancellation).ConfigureAwait(false);

    /// <summary>Per video, the newest generation whose predictions cover the whole target. One that waits for the target goes on instead: it was replayed or forced.</summary>
    private static async Task<Dictionary<Guid, int>> FinishedGenerationsAsync(
        LedgerContext ledger, IEnumerable<VideoRow> rows, VideoTarget target, CancellationToken cancellation)
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

        var ids = others.Keys.ToList();
        var predictions = await ledger.Predictions.AsNoTracking()
            .Where(p => ids.Contains(p.VideoId) && p.BundleId == target.BundleId && p.Variant == target.Variant)
            .Select(p => new { p.VideoId, p.Generation, p.ClipId }).ToListAsync(cancellation).ConfigureAwait(false);
        foreach (var generation in predictions.GroupBy(p => (p.VideoId, p.Generation)).OrderBy(group => group.Key.Generation))
        {
            var row = others[generation.Key.VideoId];
            var cut = target.Plan.Cut(row.Frames!.Value, row.DurationTicks is { } ticks ? TimeSpan.FromTicks(ticks) : null);
            var clips = generation.Select(p => p.ClipId).ToHashSet();
            if (Enumerable.Range(0, cut.Count).All(index => clips.Contains(LedgerIds.Clip(row.VideoId, target.Plan, index))))
                finished[row.VideoId] = generation.Key.Generation;
        }
        return finished;
    }

    private static bool HasTarget(VideoRow row, VideoTarget target) =>
        row.PlanKind == target.Plan.Kind && row.ClipFrames == target.Plan.Frames
        && row.WindowTicks == target.Plan.Window.Ticks && row.StrideTicks == target.Plan.Stride.Ticks
        && row.BundleId == target.BundleId && row.Variant == target.Variant;

    /// <summary>Rejected within unchanged limits, crashed and cancelled videos stay so; other failures are tried again.</summary>
    private static bool IsKeptFinal(VideoRow row, VideoLimits limits) => row.Status switch
    {
        WorkStatus.Rejected => !IsEligibleAgain(row, limits),
        WorkStatus.Failed => row.Reason == ReasonCode.Crashed,
        WorkStatus.Cancelled => true,
        _ => false,
    };

    /// <summary>A rejected video whose limit was raised since.</summary>
    private static bool IsEligibleAgain(VideoRow row, VideoLimits limits) =>
        row.Status == WorkStatus.Rejected && row.LimitHit is { } hit && hit < limits.For(row.Reason);

    /// <summary>Why videos are registered.</summary>
    /// <param name="Arrived">A watched bucket holds them; otherwise a user asks for their results.</param>
    /// <param name="Force">The user wants finished videos done again.</param>
    private sealed record Trigger(bool Arrived, bool Force);

    /// <summary>A video that has a row, and what it has to do.</summary>
    private sealed record KnownVideo(SeenVideo Seen, VideoRow Row, RegisteredState State, int Generation, bool Urgent = false);
}
