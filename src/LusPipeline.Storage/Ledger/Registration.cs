using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using LusPipeline.Storage.Ledger.Model;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Storage.Ledger;

/// <summary>Writes new videos and their studies, and gives known videos a new generation; within the caller's transaction.</summary>
internal sealed class Registration(LedgerContext ledger, DateTime now, WorkLease lease)
{
    private readonly Dictionary<Guid, string> _traces = [];
    private readonly HashSet<Guid> _reopened = [];

    /// <summary>Inserts videos that have no row yet, with their studies. Their order does not matter.</summary>
    /// <returns>The studies by id.</returns>
    public async Task<IReadOnlyDictionary<Guid, StudyRow>> AddAsync(
        IReadOnlyCollection<SeenVideo> seen, VideoTarget target, CancellationToken cancellation)
    {
        if (seen.Count == 0)
            return new Dictionary<Guid, StudyRow>();
        var studies = await StudiesAsync(seen, cancellation).ConfigureAwait(false);
        await ledger.Database.ExecuteSqlAsync(SqlRows.Insert(
            """
            INSERT INTO videos (video_id, study_id, study_day, object_key, content, tag, size, superseded, found_at, plan_kind, clip_frames,
                window_ticks, stride_ticks, bundle_id, variant, generation, status, reason, detail, finished_at, warnings, starts, retries,
                publishes, not_before, trace_parent)
            VALUES
            """,
            [.. seen.Select(video => Row(video, studies[video.StudyId], target))],
            "ON CONFLICT DO NOTHING"), cancellation).ConfigureAwait(false);
        foreach (var study in studies.Keys)
            Reopen(study);
        return studies;
    }

    /// <summary>The next generation of a known video, for a target that may be another one.</summary>
    /// <returns>That generation.</returns>
    public async Task<int> RetargetAsync(VideoRow row, string tag, VideoTarget target, CancellationToken cancellation)
    {
        if (!_traces.TryGetValue(row.StudyId, out var trace))
        {
            using var span = new StudySeen("replay", row.StudyId, row.StudyDay, row.TraceParent);
            span.Keep();
            trace = span.TraceParent;
            _traces.Add(row.StudyId, trace);
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
                .SetProperty(video => video.WorkerId, (Guid?)null)
                .SetProperty(video => video.Publishes, 1)
                .SetProperty(video => video.NotBefore, lease.PublishedUntil(now))
                .SetProperty(video => video.StartedAt, (DateTime?)null)
                .SetProperty(video => video.FinishedAt, (DateTime?)null)
                .SetProperty(video => video.TraceParent, trace), cancellation).ConfigureAwait(false);
        Reopen(row.StudyId);
        return row.Generation + 1;
    }

    /// <summary>The study has something to do again; written by <see cref="SaveReopenedAsync"/>.</summary>
    public void Reopen(Guid studyId) => _reopened.Add(studyId);

    /// <param name="quiet">Time without anything new after which a study may complete; null to wait for <see cref="StudyMoves.ListedAsync"/>.</param>
    public async Task SaveReopenedAsync(TimeSpan? quiet, CancellationToken cancellation)
    {
        if (_reopened.Count == 0)
            return;
        DateTime? completable = quiet is null ? null : now + quiet;
        await ledger.Studies.Where(study => _reopened.Contains(study.StudyId))
            .ExecuteUpdateAsync(set => set
                .SetProperty(study => study.Status, WorkStatus.Open)
                .SetProperty(study => study.CompletableAt, completable)
                .SetProperty(study => study.CheckAt, completable), cancellation).ConfigureAwait(false);
    }

    private async Task<Dictionary<Guid, StudyRow>> StudiesAsync(
        IReadOnlyCollection<SeenVideo> seen, CancellationToken cancellation)
    {
        var day = DateOnly.FromDateTime(now);
        var ids = seen.Select(video => video.StudyId).Distinct().ToList();
        var known = await ledger.Studies.AsNoTracking().Where(study => ids.Contains(study.StudyId))
            .ToDictionaryAsync(study => study.StudyId, cancellation).ConfigureAwait(false);
        var missing = seen.Where(video => !known.ContainsKey(video.StudyId))
            .GroupBy(video => video.StudyId).Select(videos => videos.First() with { Urgent = videos.Any(video => video.Urgent) }).ToList();
        if (missing.Count == 0)
            return known;

        var spans = missing.ToDictionary(video => video.StudyId, video => new StudySeen("study seen", video.StudyId, day));
        try
        {
            var added = await ledger.Studies.FromSql(SqlRows.Insert(
                "INSERT INTO studies (study_id, study_day, bucket, name, status, revision, announced_revision, first_seen_at, trace_parent, urgent) VALUES",
                [.. missing.Select(video => new object?[]
                {
                    video.StudyId, day, video.Bucket, video.Name.Study, WorkStatus.Open, 0, 0, now, spans[video.StudyId].TraceParent, video.Urgent,
                })],
                "ON CONFLICT DO NOTHING RETURNING *")).AsNoTracking().ToListAsync(cancellation).ConfigureAwait(false);
            foreach (var study in added)
            {
                spans[study.StudyId].Keep();
                known.Add(study.StudyId, study);
            }
        }
        finally
        {
            foreach (var span in spans.Values)
                span.Dispose();
        }
        var others = ids.Where(id => !known.ContainsKey(id)).ToList();
        if (others.Count > 0)
        {
            foreach (var study in await ledger.Studies.AsNoTracking().Where(study => others.Contains(study.StudyId)).ToListAsync(cancellation).ConfigureAwait(false))
                known.Add(study.StudyId, study);
        }
        return known;
    }

    private object?[] Row(SeenVideo video, StudyRow study, VideoTarget target) =>
    [
        video.VideoId, study.StudyId, study.StudyDay, video.Key, video.Content, video.Tag, video.Size, false, now,
        target.Plan.Kind, target.Plan.Frames, target.Plan.Window.Ticks, target.Plan.Stride.Ticks, target.BundleId, target.Variant, 0,
        video.Rejection is null ? WorkStatus.Found : WorkStatus.Rejected, video.Rejection?.Reason, video.Rejection?.Detail,
        video.Rejection is null ? null : now, "", 0, 0, 1, video.Rejection is null ? lease.PublishedUntil(now) : null, study.TraceParent,
    ];
}
