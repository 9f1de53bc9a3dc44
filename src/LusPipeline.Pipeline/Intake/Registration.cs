using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace LusPipeline.Pipeline.Intake;

/// <summary>Writes new videos and their studies, and gives known videos a new generation; within the caller's transaction.</summary>
/// <param name="unpublished">Nobody publishes what gets a new generation but the sweeper, and that at once.</param>
/// <param name="traces">Traces of replays by study, where several registrations share them.</param>
internal sealed class Registration(
    LedgerContext ledger, DateTime now, WorkLease lease, bool unpublished = false, IDictionary<Guid, string>? traces = null)
    : IDisposable
{
    private readonly IDictionary<Guid, string> _traces = traces ?? new Dictionary<Guid, string>();
    private readonly HashSet<Guid> _reopened = [];
    private readonly HashSet<Guid> _reopenedEvenCancelled = [];
    private readonly List<StudySeen> _seen = [];
    private readonly List<StudySeen> _begun = [];

    private int Publishes => unpublished ? 0 : 1;

    private DateTime? NotBefore => unpublished ? now : lease.PublishedUntil(now);

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
            // In one order for all: two who insert the same rows wait for each other and never in a circle.
            [.. seen.OrderBy(video => video.VideoId).Select(video => Row(video, studies[video.StudyId], target))],
            "ON CONFLICT DO NOTHING"), cancellation).ConfigureAwait(false);
        foreach (var study in studies.Keys)
            Reopen(study);
        return studies;
    }

    /// <summary>The next generation of a known video, for a target that may be another one.</summary>
    /// <returns>That generation.</returns>
    public async Task<int> RetargetAsync(VideoRow row, string tag, VideoTarget target, CancellationToken cancellation)
    {
        await RetargetAsync([(row, tag, target)], cancellation).ConfigureAwait(false);
        return row.Generation + 1;
    }

    /// <summary>The next generation of known videos, for targets that may be other ones: they wait for ingest again.</summary>
    /// <param name="videos">At most 2,500, as they were read: one that has another generation by now stays as it is.</param>
    /// <returns>Those that were moved.</returns>
    public async Task<IReadOnlyList<Guid>> RetargetAsync(
        IReadOnlyList<(VideoRow Row, string Tag, VideoTarget Target)> videos, CancellationToken cancellation)
    {
        if (videos.Count == 0)
            return [];
        var moved = await ledger.Database.SqlQuery<Guid>(SqlRows.Between(
            $"""
            UPDATE videos SET generation = generation + 1, status = {WorkStatus.Found}, tag = target.column3, plan_kind = target.column4,
                clip_frames = target.column5, window_ticks = target.column6, stride_ticks = target.column7, bundle_id = target.column8,
                variant = target.column9, trace_parent = target.column10, reason = NULL, detail = NULL, limit_hit = NULL, clips = NULL,
                starts = 0, retries = 0, worker_id = NULL, publishes = {Publishes}, not_before = {NotBefore}, started_at = NULL, finished_at = NULL
            FROM (VALUES
            """,
            [.. videos.Select(video => new object?[]
            {
                video.Row.VideoId, video.Row.Generation, video.Tag, video.Target.Plan.Kind, video.Target.Plan.Frames,
                video.Target.Plan.Window.Ticks, video.Target.Plan.Stride.Ticks, video.Target.BundleId, video.Target.Variant, TraceOf(video.Row),
            })],
            """
            ) AS target
            WHERE videos.video_id = target.column1 AND videos.generation = target.column2
            RETURNING videos.video_id AS "Value"
            """)).ToListAsync(cancellation).ConfigureAwait(false);
        foreach (var video in videos)
            Reopen(video.Row.StudyId, evenCancelled: true);
        return moved;
    }

    /// <summary>
    /// The next generation of known videos whose features serve a target with another head: all their clips wait for sequence. Where an
    /// object turns out to be gone, its clip steps back to ingest.
    /// </summary>
    /// <inheritdoc cref="RetargetAsync(IReadOnlyList{ValueTuple{VideoRow, string, VideoTarget}}, CancellationToken)"/>
    public async Task<IReadOnlyList<Guid>> RetargetFeaturesAsync(
        IReadOnlyList<(VideoRow Row, VideoTarget Target)> videos, CancellationToken cancellation)
    {
        if (videos.Count == 0)
            return [];
        DateTime? settle = unpublished ? now + TimeSpan.FromMinutes(1) : null;
        var moved = await ledger.Database.SqlQuery<Guid>(SqlRows.Between(
            $"""
            UPDATE videos SET generation = generation + 1, status = {WorkStatus.Cut}, bundle_id = target.column3, variant = target.column4,
                trace_parent = target.column5, reason = NULL, detail = NULL, starts = 0, retries = 0, worker_id = NULL, publishes = 1,
                not_before = {settle}, started_at = {now}, finished_at = NULL
            FROM (VALUES
            """,
            [.. videos.Select(video => new object?[]
            {
                video.Row.VideoId, video.Row.Generation, video.Target.BundleId, video.Target.Variant, TraceOf(video.Row),
            })],
            """
            ) AS target
            WHERE videos.video_id = target.column1 AND videos.generation = target.column2
            RETURNING videos.video_id AS "Value"
            """)).ToListAsync(cancellation).ConfigureAwait(false);
        if (moved.Count > 0)
        {
            await ledger.Database.ExecuteSqlAsync(SqlRows.Between(
                $"""
                UPDATE clips SET generation = generation + 1, status = {WorkStatus.Extracted}, reason = NULL, starts = 0, retries = 0,
                    worker_id = NULL, publishes = {Publishes}, not_before = {NotBefore}, finished_at = NULL
                FROM (VALUES
                """,
                [.. videos.Where(video => moved.Contains(video.Row.VideoId)).Select(video => new object?[] { video.Row.VideoId, video.Row.Generation })],
                """
                ) AS target
                WHERE clips.video_id = target.column1 AND clips.generation = target.column2
                """), cancellation).ConfigureAwait(false);
        }
        foreach (var video in videos)
            Reopen(video.Row.StudyId, evenCancelled: true);
        return moved;
    }

    /// <summary>The study has something to do again; written by <see cref="SaveReopenedAsync"/>.</summary>
    /// <param name="evenCancelled">Somebody wants it; else a cancelled study stays so.</param>
    public void Reopen(Guid studyId, bool evenCancelled = false) => (evenCancelled ? _reopenedEvenCancelled : _reopened).Add(studyId);

    /// <summary>Opens the studies that have something to do again. What came to one that stays cancelled is cancelled too.</summary>
    /// <param name="quiet">Time without anything new after which a study may complete; null to wait for <see cref="StudyMoves.ListedAsync"/>.</param>
    /// <returns>The studies that stay cancelled.</returns>
    public async Task<IReadOnlySet<Guid>> SaveReopenedAsync(TimeSpan? quiet, CancellationToken cancellation)
    {
        _reopened.ExceptWith(_reopenedEvenCancelled);
        if (_reopened.Count + _reopenedEvenCancelled.Count == 0)
            return _reopened;
        DateTime? completable = quiet is null ? null : now + quiet;
        var opened = await ledger.Studies
            .Where(study => _reopenedEvenCancelled.Contains(study.StudyId) || (_reopened.Contains(study.StudyId) && study.Status != WorkStatus.Cancelled))
            .ExecuteUpdateAsync(set => set
                .SetProperty(study => study.Status, WorkStatus.Open)
                .SetProperty(study => study.CompletableAt, completable)
                .SetProperty(study => study.CheckAt, completable), cancellation).ConfigureAwait(false);
        return opened == _reopened.Count + _reopenedEvenCancelled.Count
            ? new HashSet<Guid>()
            : await CancelLateAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Commits the caller's transaction. The traces that began in it are exported only now: undone, they are nobody's.</summary>
    public async Task CommitAsync(IDbContextTransaction transaction, CancellationToken cancellation)
    {
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        foreach (var span in _begun)
            span.Keep();
    }

    /// <summary>Ends the spans of what was seen.</summary>
    public void Dispose()
    {
        foreach (var span in _seen)
            span.Dispose();
    }

    private async Task<IReadOnlySet<Guid>> CancelLateAsync(CancellationToken cancellation)
    {
        var cancelled = await ledger.Studies.Where(study => _reopened.Contains(study.StudyId) && study.Status == WorkStatus.Cancelled)
            .Select(study => study.StudyId).ToHashSetAsync(cancellation).ConfigureAwait(false);
        var late = ledger.Videos.Where(video => cancelled.Contains(video.StudyId) && video.Status == WorkStatus.Found);
        await StudyCancellation.CancelAsync(late, now, cancellation).ConfigureAwait(false);
        return cancelled;
    }

    /// <summary>Of a study's replay: one trace for all its videos, which follows the one before.</summary>
    private string TraceOf(VideoRow row)
    {
        if (_traces.TryGetValue(row.StudyId, out var known))
            return known;
        var span = See("replay", row.StudyId, row.StudyDay, row.TraceParent);
        _begun.Add(span);
        _traces.Add(row.StudyId, span.TraceParent);
        return span.TraceParent;
    }

    /// <summary>A trace that may begin with this transaction.</summary>
    private StudySeen See(string name, Guid study, DateOnly day, string? link = null)
    {
        var span = new StudySeen(name, study, day, link);
        _seen.Add(span);
        return span;
    }

    private async Task<Dictionary<Guid, StudyRow>> StudiesAsync(
        IReadOnlyCollection<SeenVideo> seen, CancellationToken cancellation)
    {
        var day = DateOnly.FromDateTime(now);
        var ids = seen.Select(video => video.StudyId).Distinct().ToList();
        var known = await ledger.Studies.AsNoTracking().Where(study => ids.Contains(study.StudyId))
            .ToDictionaryAsync(study => study.StudyId, cancellation).ConfigureAwait(false);
        var missing = seen.Where(video => !known.ContainsKey(video.StudyId))
            .GroupBy(video => video.StudyId).Select(videos => videos.First() with { Urgent = videos.Any(video => video.Urgent) })
            .OrderBy(video => video.StudyId).ToList();
        if (missing.Count == 0)
            return known;

        var spans = missing.ToDictionary(video => video.StudyId, video => See("study seen", video.StudyId, day));
        var added = await ledger.Studies.FromSql(SqlRows.Insert(
            "INSERT INTO studies (study_id, study_day, bucket, name, status, revision, announced_revision, first_seen_at, trace_parent, urgent) VALUES",
            [.. missing.Select(video => new object?[]
            {
                video.StudyId, day, video.Bucket, video.Name.Study, WorkStatus.Open, 0, 0, now, spans[video.StudyId].TraceParent, video.Urgent,
            })],
            "ON CONFLICT DO NOTHING RETURNING *")).AsNoTracking().ToListAsync(cancellation).ConfigureAwait(false);
        foreach (var study in added)
        {
            _begun.Add(spans[study.StudyId]);
            known.Add(study.StudyId, study);
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
