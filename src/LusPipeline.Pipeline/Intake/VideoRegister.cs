using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Pipeline.Intake;

/// <summary>Puts seen videos into the ledger and decides which of them have something to do.</summary>
public sealed class VideoRegister(Func<LedgerContext> open, TimeProvider clock)
{
    /// <summary>Registers one part of a listing in one transaction.</summary>
    /// <param name="force">Does finished videos again, as a new generation.</param>
    public async Task<IReadOnlyList<RegisteredVideo>> RegisterAsync(
        IReadOnlyList<SeenVideo> seen, VideoTarget target, VideoLimits limits, bool force, CancellationToken cancellation)
    {
        await using var ledger = open();
        var ids = seen.Select(video => video.VideoId).Distinct().ToList();
        var rows = await RowsAsync(ledger, ids, cancellation).ConfigureAwait(false);
        var finished = await FinishedGenerationsAsync(ledger, rows.Values, target, cancellation).ConfigureAwait(false);

        var registered = new List<RegisteredVideo>(seen.Count);
        await using var transaction = await ledger.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        using var registration = new Registration(ledger, clock.GetUtcNow().UtcDateTime, WorkLease.None);
        var studies = await registration.AddAsync(
            [.. seen.Where(video => !rows.ContainsKey(video.VideoId)).DistinctBy(video => video.VideoId)], target, cancellation).ConfigureAwait(false);
        foreach (var study in force ? studies.Keys : [])
            registration.Reopen(study, evenCancelled: true);
        foreach (var video in seen.DistinctBy(video => video.VideoId))
        {
            if (!rows.TryGetValue(video.VideoId, out var row))
            {
                registered.Add(new(video, video.VideoId, video.StudyId, studies[video.StudyId].StudyDay, 0,
                    video.Rejection is null ? RegisteredState.Due : RegisteredState.RejectedNow));
                continue;
            }
            if (row.Superseded)
            {
                await ledger.Videos.Where(v => v.VideoId == row.VideoId)
                    .ExecuteUpdateAsync(set => set.SetProperty(v => v.Superseded, false), cancellation).ConfigureAwait(false);
                registration.Reopen(row.StudyId);
            }
            if (!force && finished.TryGetValue(row.VideoId, out var generation))
            {
                registered.Add(new(video, row.VideoId, row.StudyId, row.StudyDay, generation, RegisteredState.Finished));
            }
            else if (video.Rejection is not null || (!force && IsKeptFinal(row, limits)))
            {
                registered.Add(new(video, row.VideoId, row.StudyId, row.StudyDay, row.Generation, RegisteredState.Finished));
            }
            else if (!force && !WorkStatus.IsFinal(row.Status) && HasTarget(row, target))
            {
                registered.Add(new(video, row.VideoId, row.StudyId, row.StudyDay, row.Generation, RegisteredState.Begun));
                if (row.Tag != video.Tag)
                {
                    await ledger.Videos.Where(v => v.VideoId == row.VideoId)
                        .ExecuteUpdateAsync(set => set.SetProperty(v => v.Tag, video.Tag), cancellation).ConfigureAwait(false);
                }
                registration.Reopen(row.StudyId);
            }
            else
            {
                var next = await registration.RetargetAsync(row, video.Tag, target, cancellation).ConfigureAwait(false);
                registered.Add(new(video, row.VideoId, row.StudyId, row.StudyDay, next, RegisteredState.Due));
            }
        }
        var cancelled = await registration.SaveReopenedAsync(quiet: null, cancellation).ConfigureAwait(false);
        await registration.CommitAsync(transaction, cancellation).ConfigureAwait(false);
        return cancelled.Count == 0
            ? registered
            : registered.ConvertAll(video => video.State == RegisteredState.Due && cancelled.Contains(video.StudyId) ? video with { State = RegisteredState.Finished } : video);
    }

    /// <summary>Older contents of the keys of <paramref name="present"/> leave their study's result, unless they are present too.</summary>
    public async Task SupersedeAsync(IReadOnlyList<RegisteredVideo> present, CancellationToken cancellation)
    {
        var ids = present.Select(video => video.VideoId).ToHashSet();
        await using var ledger = open();
        foreach (var chunk in present.Chunk(500))
            await Supersession.ApplyAsync(ledger, [.. chunk.Select(video => video.Seen)], ids, cancellation).ConfigureAwait(false);
    }

    internal static async Task<Dictionary<Guid, VideoRow>> RowsAsync(LedgerContext ledger, IReadOnlyCollection<Guid> ids, CancellationToken cancellation) =>
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
    internal static bool IsEligibleAgain(VideoRow row, VideoLimits limits) =>
        row.Status == WorkStatus.Rejected && row.LimitHit is { } hit && hit < limits.For(row.Reason);
}
