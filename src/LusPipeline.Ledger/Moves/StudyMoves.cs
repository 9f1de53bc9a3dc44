using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Moves;

/// <summary>Moves of a study's row.</summary>
public sealed class StudyMoves(Func<LedgerContext> open, TimeProvider clock)
{
    /// <summary>Records that the listing of these studies is finished. They may complete from <paramref name="at"/> (UTC) on.</summary>
    public async Task ListedAsync(IReadOnlyCollection<Guid> studies, DateTime at, CancellationToken cancellation)
    {
        await using var ledger = open();
        await ledger.Studies.Where(study => studies.Contains(study.StudyId) && study.Status == WorkStatus.Open)
            .ExecuteUpdateAsync(set => set.SetProperty(study => study.CompletableAt, at), cancellation).ConfigureAwait(false);
    }

    /// <summary>Records that no more videos come to this study, as its uploader said. It may complete at once.</summary>
    /// <returns>Whether an open study has this id.</returns>
    public async Task<bool> CloseAsync(Guid studyId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        return await ledger.Studies.Where(study => study.StudyId == studyId && study.Status == WorkStatus.Open)
            .ExecuteUpdateAsync(set => set
                .SetProperty(study => study.CompletableAt, now)
                .SetProperty(study => study.CheckAt, now), cancellation).ConfigureAwait(false) == 1;
    }

    /// <summary>Returns those of these studies that are not complete.</summary>
    public async Task<IReadOnlyList<Guid>> OpenAsync(IReadOnlyCollection<Guid> studies, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Studies.Where(study => studies.Contains(study.StudyId) && study.Status == WorkStatus.Open)
            .Select(study => study.StudyId).ToListAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// open → done or failed, once every video is final and the quiet period is over. The study is done if at least one of its videos is
    /// done.
    /// </summary>
    /// <returns>The new status, or null when the study is not complete or was completed before.</returns>
    public async Task<string?> CompleteAsync(Guid studyId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        return (await ledger.Database.SqlQuery<string>($"""
            UPDATE studies
            SET status = CASE WHEN EXISTS (
                    SELECT 1 FROM videos WHERE videos.study_id = studies.study_id AND NOT videos.superseded AND videos.status = {WorkStatus.Done})
                THEN {WorkStatus.Done} ELSE {WorkStatus.Failed} END,
                revision = revision + 1, completed_at = {now}, check_at = NULL
            WHERE study_id = {studyId} AND status = {WorkStatus.Open} AND completable_at <= {now}
              AND NOT EXISTS (
                SELECT 1 FROM videos WHERE videos.study_id = studies.study_id AND NOT videos.superseded
                  AND videos.status IN ({WorkStatus.Found}, {WorkStatus.Cut}))
            RETURNING status AS "Value"
            """).ToListAsync(cancellation).ConfigureAwait(false)).SingleOrDefault();
    }

    /// <summary>Takes open studies whose check is due. The next check is due after <paramref name="again"/>.</summary>
    public async Task<IReadOnlyList<Guid>> TakeDueAsync(int most, TimeSpan again, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        var due = await ledger.Studies.Where(study => study.Status == WorkStatus.Open && study.CheckAt <= now)
            .OrderBy(study => study.CheckAt).Take(most).Select(study => study.StudyId).ToListAsync(cancellation).ConfigureAwait(false);
        if (due.Count > 0)
        {
            await ledger.Studies.Where(study => due.Contains(study.StudyId) && study.Status == WorkStatus.Open && study.CheckAt <= now)
                .ExecuteUpdateAsync(set => set.SetProperty(study => study.CheckAt, now + again), cancellation).ConfigureAwait(false);
        }
        return due;
    }
}
