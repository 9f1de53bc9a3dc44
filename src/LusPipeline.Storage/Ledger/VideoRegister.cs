using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Core.Telemetry;
using LusPipeline.Storage.Ledger.Model;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Storage.Ledger;

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
        var studies = new Dictionary<Guid, StudyRow>();
        var traces = new Dictionary<Guid, string>();
        foreach (var video in seen.DistinctBy(video => video.VideoId))
        {
            if (!rows.TryGetValue(video.VideoId, out var row))
            {
                var study = await StudyAsync(ledger, studies, video, cancellation).ConfigureAwait(false);
                await InsertAsync(ledger, video, study, target, cancellation).ConfigureAwait(false);
                registered.Add(new(video, video.VideoId, study.StudyId, study.StudyDay, 0,
                    video.Rejection is null ? RegisteredState.Due : RegisteredState.RejectedNow));
                await ReopenAsync(ledger, study.StudyId, cancellation).ConfigureAwait(false);
                continue;
            }
            if (row.Superseded)
            {
                await ledger.Videos.Where(v => v.VideoId == row.VideoId)
                    .ExecuteUpdateAsync(set => set.SetProperty(v => v.Superseded, false), cancellation).ConfigureAwait(false);
                await ReopenAsync(ledger, row.StudyId, cancellation).ConfigureAwait(false);
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
                await ReopenAsync(ledger, row.StudyId, cancellation).ConfigureAwait(false);
            }
            else
            {
                var next = await RetargetAsync(ledger, row, video.Tag, target, traces, cancellation).ConfigureAwait(false);
                registered.Add(new(video, row.VideoId, row.StudyId, row.StudyDay, next, RegisteredState.Due));
                await ReopenAsync(ledger, row.StudyId, cancellation).ConfigureAwait(false);
            }
        }
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return registered;
    }

    /// <summary>Older contents of the keys of <paramref name="present"/> leave their study's result, unless they are present too.</summary>
    public async Task SupersedeAsync(IReadOnlyList<RegisteredVideo> present, CancellationToken cancellation)
    {
        var ids = present.Select(video => video.VideoId).ToHashSet();
        await using var ledger = open();
        foreach (var chunk in present.Chunk(500))
        {
            var studies = chunk.Select(video => video.StudyId).Distinct().ToList();
            var keys = chunk.Select(video => (video.StudyId, video.Seen.Key)).ToHashSet();
            var known = await ledger.Videos.Where(video => studies.Contains(video.StudyId) && !video.Superseded)
                .Select(video => new { video.VideoId, video.StudyId, video.ObjectKey }).ToListAsync(cancellation).ConfigureAwait(false);
            var old = known.Where(video => !ids.Contains(video.VideoId) && keys.Contains((video.StudyId, video.ObjectKey)))
                .Select(video => video.VideoId).ToList();
            if (old.Count > 0)
            {
                await ledger.Videos.Where(video => old.Contains(video.VideoId))
                    .ExecuteUpdateAsync(set => set.SetProperty(video => video.Superseded, true), cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task<Dictionary<Guid, VideoRow>> RowsAsync(LedgerContext ledger, List<Guid> ids, CancellationToken cancellation) =>
        await ledger.Videos.AsNoTracking().Where(video => ids.Contains(video.VideoId))
            .ToDictionaryAsync(video => video.VideoId, cancellation).ConfigureAwait(false);

    /// <summary>Per video, the newest generation whose predictions cover the whole target.</summary>
    private static async Task<Dictionary<Guid, int>> FinishedGenerationsAsync(
        LedgerContext ledger, IEnumerable<VideoRow> rows, VideoTarget target, CancellationToken cancellation)
    {
        var finished = new Dictionary<Guid, int>();
        var others = new Dictionary<Guid, VideoRow>();
        foreach (var row in rows)
        {
            if (row.Status == WorkStatus.Done && HasTarget(row, target))
                finished[row.VideoId] = row.Generation;
            else if (row.Frames is >= 2)
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
        WorkStatus.Rejected => row.LimitHit is not { } hit || hit >= CurrentLimit(row.Reason, limits),
        WorkStatus.Failed => row.Reason == ReasonCode.Crashed,
        WorkStatus.Cancelled => true,
        _ => false,
    };

    private static long CurrentLimit(string? reason, VideoLimits limits) => reason switch
    {
        ReasonCode.TooLargeFrame => limits.MaxFramePixels,
        ReasonCode.TooManyFrames => limits.MaxFrames,
        ReasonCode.TooLargeFile => limits.MaxFileBytes,
        _ => long.MinValue,
    };

    private async Task<StudyRow> StudyAsync(
        LedgerContext ledger, Dictionary<Guid, StudyRow> known, SeenVideo video, CancellationToken cancellation)
    {
        var id = video.StudyId;
        if (known.TryGetValue(id, out var study))
            return study;

        var now = clock.GetUtcNow().UtcDateTime;
        var day = DateOnly.FromDateTime(now);
        using var span = new StudySeen("study seen", id, day);
        var added = await ledger.Database.ExecuteSqlAsync($"""
            INSERT INTO studies (study_id, study_day, bucket, name, status, revision, first_seen_at, trace_parent, urgent)
            VALUES ({id}, {day}, {video.Bucket}, {video.Name.Study}, {WorkStatus.Open}, 0, {now}, {span.TraceParent}, {false})
            ON CONFLICT DO NOTHING
            """, cancellation).ConfigureAwait(false) == 1;
        if (added)
            span.Keep();
        study = await ledger.Studies.AsNoTracking().SingleAsync(row => row.StudyId == id, cancellation).ConfigureAwait(false);
        known.Add(id, study);
        return study;
    }

    private async Task InsertAsync(
        LedgerContext ledger, SeenVideo video, StudyRow study, VideoTarget target, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var rejection = video.Rejection;
        DateTime? finished = rejection is null ? null : now;
        await ledger.Database.ExecuteSqlAsync($"""
            INSERT INTO videos (video_id, study_id, study_day, object_key, content, tag, size, superseded, found_at, plan_kind, clip_frames,
                window_ticks, stride_ticks, bundle_id, variant, generation, status, reason, detail, finished_at, warnings, starts, retries, trace_parent)
            VALUES ({video.VideoId}, {study.StudyId}, {study.StudyDay}, {video.Key}, {video.Content}, {video.Tag}, {video.Size}, {false}, {now},
                {target.Plan.Kind}, {target.Plan.Frames}, {target.Plan.Window.Ticks}, {target.Plan.Stride.Ticks},
                {target.BundleId}, {target.Variant}, 0, {(rejection is null ? WorkStatus.Found : WorkStatus.Rejected)},
                {rejection?.Reason}, {rejection?.Detail}, {finished}, {""}, 0, 0, {study.TraceParent})
            ON CONFLICT DO NOTHING
            """, cancellation).ConfigureAwait(false);
    }

    private static async Task<int> RetargetAsync(
        LedgerContext ledger, VideoRow row, string tag, VideoTarget target, Dictionary<Guid, string> traces, CancellationToken cancellation)
    {
        if (!traces.TryGetValue(row.StudyId, out var trace))
        {
            using var span = new StudySeen("replay", row.StudyId, row.StudyDay, row.TraceParent);
            span.Keep();
            trace = span.TraceParent;
            traces.Add(row.StudyId, trace);
        }
        await ledger.Videos.Where(video => video.VideoId == row.VideoId && video.Generation == row.Generation)
            .ExecuteUpdateAsync(set => set
                .SetProperty(video => video.Generation, row.Generation + 1)
                .SetProperty(video => video.Tag, tag)
                .SetProperty(video => video.Status, WorkStatus.Found)
                .SetProperty(video => video.PlanKind, target.Plan.Kind)
                .SetProperty(video => video.ClipFrames, target.Plan.Frames)
                .SetProperty(video => video.WindowTicks, target.Plan.Window.Ticks)
                .SetProperty(video => video.StrideTicks, target.Plan.Stride.Ticks)
                .SetProperty(video => video.BundleId, target.BundleId)
                .SetProperty(video => video.Variant, target.Variant)
                .SetProperty(video => video.Reason, (string?)null)
                .SetProperty(video => video.Detail, (string?)null)
                .SetProperty(video => video.LimitHit, (long?)null)
                .SetProperty(video => video.Clips, (int?)null)
                .SetProperty(video => video.Starts, 0)
                .SetProperty(video => video.Retries, 0)
                .SetProperty(video => video.NotBefore, (DateTime?)null)
                .SetProperty(video => video.StartedAt, (DateTime?)null)
                .SetProperty(video => video.FinishedAt, (DateTime?)null)
                .SetProperty(video => video.TraceParent, trace), cancellation).ConfigureAwait(false);
        return row.Generation + 1;
    }

    private static async Task ReopenAsync(LedgerContext ledger, Guid studyId, CancellationToken cancellation) =>
        await ledger.Studies.Where(study => study.StudyId == studyId)
            .ExecuteUpdateAsync(set => set
                .SetProperty(study => study.Status, WorkStatus.Open)
                .SetProperty(study => study.CompletableAt, (DateTime?)null), cancellation).ConfigureAwait(false);
}
