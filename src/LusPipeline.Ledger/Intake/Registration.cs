using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Audits;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace LusPipeline.Ledger.Intake;

/// <summary>One transaction that inserts new videos with their studies, and moves known videos to a new generation.</summary>
public sealed class Registration : IAsyncDisposable
{
    private readonly LedgerContext _ledger;
    private readonly IDbContextTransaction _transaction;
    private readonly DateTime _now;

    /// <summary>The epoch of all generations that begin in this transaction.</summary>
    private readonly long _epoch = Random.Shared.NextInt64();

    private readonly WorkLease _lease;
    private readonly bool _unpublished;
    private readonly IDictionary<Guid, string> _traces;
    private readonly HashSet<Guid> _reopened = [];
    private readonly HashSet<Guid> _reopenedEvenCancelled = [];
    private readonly List<StudySeen> _seen = [];
    private readonly List<StudySeen> _begun = [];

    private Registration(
        LedgerContext ledger, IDbContextTransaction transaction, DateTime now, WorkLease lease, bool unpublished, IDictionary<Guid, string> traces)
    {
        _ledger = ledger;
        _transaction = transaction;
        _now = now;
        _lease = lease;
        _unpublished = unpublished;
        _traces = traces;
    }

    private int Publishes => _unpublished ? 0 : 1;

    private DateTime? NotBefore => _unpublished ? _now : _lease.PublishedUntil(_now);

    /// <summary>Begins the transaction. Disposing it undoes everything that is not committed.</summary>
    /// <param name="open">The ledger.</param>
    /// <param name="clock">Its time at the beginning is written to all rows.</param>
    /// <param name="lease">Says when the sweeper republishes what is registered.</param>
    /// <param name="cancellation">Ends the call.</param>
    public static Task<Registration> BeginAsync(Func<LedgerContext> open, TimeProvider clock, WorkLease lease, CancellationToken cancellation) =>
        BeginAsync(open, clock, lease, unpublished: false, new Dictionary<Guid, string>(), cancellation);

    /// <summary>Begins the transaction of a replay.</summary>
    /// <param name="unpublished">Whether only the sweeper publishes the rows of the new generation. It then does so at its next sweep.</param>
    /// <param name="traces">The traces of this replay, by study. This call adds those of further studies.</param>
    /// <inheritdoc cref="BeginAsync(Func{LedgerContext}, TimeProvider, WorkLease, CancellationToken)"/>
    public static async Task<Registration> BeginAsync(
        Func<LedgerContext> open, TimeProvider clock, WorkLease lease, bool unpublished, IDictionary<Guid, string> traces, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(clock);
        var ledger = open();
        try
        {
            var transaction = await ledger.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            return new(ledger, transaction, clock.GetUtcNow().UtcDateTime, lease, unpublished, traces);
        }
        catch
        {
            await ledger.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Inserts videos that have no row yet, together with their studies. The order of the videos does not matter.</summary>
    /// <returns>The studies by id.</returns>
    public async Task<IReadOnlyDictionary<Guid, StudyRow>> AddAsync(
        IReadOnlyCollection<SeenVideo> seen, VideoTarget target, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(target);
        if (seen.Count == 0)
            return new Dictionary<Guid, StudyRow>();
        var studies = await StudiesAsync(seen, cancellation).ConfigureAwait(false);
        await _ledger.Database.ExecuteSqlAsync(SqlRows.Insert(
            """
            INSERT INTO videos (video_id, study_id, study_day, object_key, content, tag, size, superseded, found_at, plan_kind, clip_frames,
                window_ticks, stride_ticks, bundle_id, variant, generation, status, reason, detail, finished_at, warnings, starts, retries,
                publishes, not_before, trace_parent, epoch)
            VALUES
            """,
            // All transactions insert in the same order. Two that insert the same rows then wait for each other without a deadlock.
            [.. seen.OrderBy(video => video.VideoId).Select(video => Row(video, studies[video.StudyId], target))],
            "ON CONFLICT DO NOTHING"), cancellation).ConfigureAwait(false);
        foreach (var study in studies.Keys)
            Reopen(study);
        return studies;
    }

    /// <summary>Moves known videos to the next generation, each with its target. They wait for ingest again.</summary>
    /// <param name="videos">At most 2,500 videos, as they were read. A video whose generation has changed since is left as it is.</param>
    /// <returns>The ids of the videos that were moved.</returns>
    public async Task<IReadOnlyList<Guid>> RetargetAsync(
        IReadOnlyList<(VideoRow Row, string Tag, VideoTarget Target)> videos, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(videos);
        if (videos.Count == 0)
            return [];
        var moved = await _ledger.Database.SqlQuery<Guid>(SqlRows.Between(
            $"""
            UPDATE videos SET generation = generation + 1, epoch = {_epoch}, status = {WorkStatus.Found}, tag = target.column3, plan_kind = target.column4,
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
        await CancelOutdatedAsync(moved, cancellation).ConfigureAwait(false);
        foreach (var video in videos)
            Reopen(video.Row.StudyId, evenCancelled: true);
        return moved;
    }

    /// <summary>
    /// Moves known videos to the next generation where their features can be reused and only the head differs. All their clips wait for
    /// sequence. If the features object of a clip is missing, the clip steps back to ingest.
    /// </summary>
    /// <inheritdoc cref="RetargetAsync(IReadOnlyList{ValueTuple{VideoRow, string, VideoTarget}}, CancellationToken)"/>
    public async Task<IReadOnlyList<Guid>> RetargetFeaturesAsync(
        IReadOnlyList<(VideoRow Row, VideoTarget Target)> videos, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(videos);
        if (videos.Count == 0)
            return [];
        DateTime? settle = _unpublished ? _now + TimeSpan.FromMinutes(1) : null;
        var moved = await _ledger.Database.SqlQuery<Guid>(SqlRows.Between(
            $"""
            UPDATE videos SET generation = generation + 1, epoch = {_epoch}, status = {WorkStatus.Cut}, bundle_id = target.column3, variant = target.column4,
                trace_parent = target.column5, reason = NULL, detail = NULL, starts = 0, retries = 0, worker_id = NULL, publishes = 1,
                not_before = {settle}, started_at = {_now}, finished_at = NULL
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
            await _ledger.Database.ExecuteSqlAsync(SqlRows.Between(
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

    /// <summary>Marks a study as having work again. <see cref="SaveReopenedAsync"/> writes it.</summary>
    /// <param name="evenCancelled">
    /// True if a user asked for it, so that even a cancelled study is opened. If false, a cancelled study stays cancelled.
    /// </param>
    public void Reopen(Guid studyId, bool evenCancelled = false) => (evenCancelled ? _reopenedEvenCancelled : _reopened).Add(studyId);

    /// <summary>Opens the studies that have work again. New work of a study that stays cancelled is cancelled too.</summary>
    /// <param name="quiet">
    /// Time without new videos after which a study may complete. Null: the study waits for <see cref="StudyMoves.ListedAsync"/>.
    /// </param>
    /// <returns>The ids of the studies that stay cancelled.</returns>
    public async Task<IReadOnlySet<Guid>> SaveReopenedAsync(TimeSpan? quiet, CancellationToken cancellation)
    {
        _reopened.ExceptWith(_reopenedEvenCancelled);
        if (_reopened.Count + _reopenedEvenCancelled.Count == 0)
            return _reopened;
        DateTime? completable = quiet is null ? null : _now + quiet;
        var opened = await _ledger.Studies
            .Where(study => _reopenedEvenCancelled.Contains(study.StudyId) || (_reopened.Contains(study.StudyId) && study.Status != WorkStatus.Cancelled))
            .ExecuteUpdateAsync(set => set
                .SetProperty(study => study.Status, WorkStatus.Open)
                .SetProperty(study => study.CompletableAt, completable)
                .SetProperty(study => study.CheckAt, completable), cancellation).ConfigureAwait(false);
        return opened == _reopened.Count + _reopenedEvenCancelled.Count
            ? new HashSet<Guid>()
            : await CancelLateAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes videos part of their study's result again, because their content is at its key again.</summary>
    public async Task BringBackAsync(IReadOnlyCollection<Guid> videoIds, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(videoIds);
        if (videoIds.Count == 0)
            return;
        await _ledger.Videos.Where(video => videoIds.Contains(video.VideoId))
            .ExecuteUpdateAsync(set => set.SetProperty(video => video.Superseded, false), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc cref="Supersession.ApplyAsync(IReadOnlyCollection{SeenVideo}, IReadOnlySet{Guid}, CancellationToken)"/>
    public Task SupersedeAsync(IReadOnlyCollection<SeenVideo> present, IReadOnlySet<Guid> kept, CancellationToken cancellation) =>
        Supersession.ApplyAsync(_ledger, present, kept, cancellation);

    /// <summary>Stores the new tag with which the bucket finds the video's content.</summary>
    public async Task SetTagAsync(Guid videoId, string tag, CancellationToken cancellation) =>
        await _ledger.Videos.Where(video => video.VideoId == videoId)
            .ExecuteUpdateAsync(set => set.SetProperty(video => video.Tag, tag), cancellation).ConfigureAwait(false);

    /// <summary>Makes studies urgent.</summary>
    public async Task MakeUrgentAsync(IReadOnlyCollection<Guid> studyIds, CancellationToken cancellation) =>
        await _ledger.Studies.Where(study => studyIds.Contains(study.StudyId))
            .ExecuteUpdateAsync(set => set.SetProperty(study => study.Urgent, true), cancellation).ConfigureAwait(false);

    /// <summary>Records in the audit that a person replayed these videos, by study.</summary>
    public async Task RecordReplayAsync(IEnumerable<VideoRow> videos, CancellationToken cancellation)
    {
        foreach (var study in videos.GroupBy(video => video.StudyId))
        {
            await AuditTrail.AppendAsync(
                _ledger, AuditAction.Replay, study.Key, _now, new Dictionary<string, long> { ["videos"] = study.Count() }, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Commits the transaction, and exports the traces that began in it. If the transaction is undone, they are never exported.</summary>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        await _transaction.CommitAsync(cancellation).ConfigureAwait(false);
        foreach (var span in _begun)
            span.Keep();
    }

    /// <summary>Ends the spans of the videos that were seen, and undoes what was not committed.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var span in _seen)
            span.Dispose();
        await _transaction.DisposeAsync().ConfigureAwait(false);
        await _ledger.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Cancels clips of earlier generations that still wait. A plan with another number of frames has other clips, so nothing else would
    /// ever move these.
    /// </summary>
    private async Task CancelOutdatedAsync(List<Guid> moved, CancellationToken cancellation)
    {
        if (moved.Count == 0)
            return;
        var outdated = _ledger.Clips.Where(clip => moved.Contains(clip.VideoId)
            && (clip.Status == WorkStatus.Found || clip.Status == WorkStatus.Cut || clip.Status == WorkStatus.Extracted));
        await StudyCancellation.CancelAsync(outdated, _now, cancellation).ConfigureAwait(false);
    }

    private async Task<IReadOnlySet<Guid>> CancelLateAsync(CancellationToken cancellation)
    {
        var cancelled = await _ledger.Studies.Where(study => _reopened.Contains(study.StudyId) && study.Status == WorkStatus.Cancelled)
            .Select(study => study.StudyId).ToHashSetAsync(cancellation).ConfigureAwait(false);
        var late = _ledger.Videos.Where(video => cancelled.Contains(video.StudyId) && video.Status == WorkStatus.Found);
        await StudyCancellation.CancelAsync(late, _now, cancellation).ConfigureAwait(false);
        return cancelled;
    }

    /// <summary>Returns the trace of a study's replay. All videos of the study share it, and it links to the study's trace before.</summary>
    private string TraceOf(VideoRow row)
    {
        if (_traces.TryGetValue(row.StudyId, out var known))
            return known;
        var span = See("replay", row.StudyId, row.StudyDay, row.TraceParent);
        _begun.Add(span);
        _traces.Add(row.StudyId, span.TraceParent);
        return span.TraceParent;
    }

    /// <summary>Starts a trace that is kept if this transaction is committed.</summary>
    private StudySeen See(string name, Guid study, DateOnly day, string? link = null)
    {
        var span = new StudySeen(name, study, day, link);
        _seen.Add(span);
        return span;
    }

    private async Task<Dictionary<Guid, StudyRow>> StudiesAsync(
        IReadOnlyCollection<SeenVideo> seen, CancellationToken cancellation)
    {
        var day = DateOnly.FromDateTime(_now);
        var ids = seen.Select(video => video.StudyId).Distinct().ToList();
        var known = await _ledger.Studies.AsNoTracking().Where(study => ids.Contains(study.StudyId))
            .ToDictionaryAsync(study => study.StudyId, cancellation).ConfigureAwait(false);
        var missing = seen.Where(video => !known.ContainsKey(video.StudyId))
            .GroupBy(video => video.StudyId).Select(videos => videos.First() with { Urgent = videos.Any(video => video.Urgent) })
            .OrderBy(video => video.StudyId).ToList();
        if (missing.Count == 0)
            return known;

        var spans = missing.ToDictionary(video => video.StudyId, video => See("study seen", video.StudyId, day));
        var added = await _ledger.Studies.FromSql(SqlRows.Insert(
            "INSERT INTO studies (study_id, study_day, bucket, name, status, revision, announced_revision, first_seen_at, trace_parent, urgent) VALUES",
            [.. missing.Select(video => new object?[]
            {
                video.StudyId, day, video.Bucket, video.Name.Study, WorkStatus.Open, 0, 0, _now, spans[video.StudyId].TraceParent, video.Urgent,
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
            foreach (var study in await _ledger.Studies.AsNoTracking().Where(study => others.Contains(study.StudyId)).ToListAsync(cancellation).ConfigureAwait(false))
                known.Add(study.StudyId, study);
        }
        return known;
    }

    private object?[] Row(SeenVideo video, StudyRow study, VideoTarget target) =>
    [
        video.VideoId, study.StudyId, study.StudyDay, video.Key, video.Content, video.Tag, video.Size, false, _now,
        target.Plan.Kind, target.Plan.Frames, target.Plan.Window.Ticks, target.Plan.Stride.Ticks, target.BundleId, target.Variant, 0,
        video.Rejection is null ? WorkStatus.Found : WorkStatus.Rejected, video.Rejection?.Reason, video.Rejection?.Detail,
        video.Rejection is null ? null : _now, "", 0, 0, 1, video.Rejection is null ? _lease.PublishedUntil(_now) : null, study.TraceParent,
        _epoch,
    ];
}
