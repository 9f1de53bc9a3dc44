using LusPipeline.Core.Outcomes;
using LusPipeline.Storage.Ledger.Model;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Storage.Ledger;

/// <summary>Moves of a study's row.</summary>
public sealed class StudyMoves(Func<LedgerContext> open, TimeProvider clock)
{
    /// <summary>The listing of these studies is finished: they may complete from <paramref name="at"/> on.</summary>
    public async Task ListedAsync(IReadOnlyCollection<Guid> studies, DateTime at, CancellationToken cancellation)
    {
        await using var ledger = open();
        await ledger.Studies.Where(study => studies.Contains(study.StudyId) && study.Status == WorkStatus.Open)
            .ExecuteUpdateAsync(set => set.SetProperty(study => study.CompletableAt, at), cancellation).ConfigureAwait(false);
    }

    /// <summary>Those of these studies that are not complete.</summary>
    public async Task<IReadOnlyList<Guid>> OpenAsync(IReadOnlyCollection<Guid> studies, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Studies.Where(study => studies.Contains(study.StudyId) && study.Status == WorkStatus.Open)
            .Select(study => study.StudyId).ToListAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>open → done (some video is done) or failed (none is), once every video is final and the listing is finished.</summary>
    /// <returns>The new status, or null when the study is not complete or was completed before.</returns>
    public async Task<string?> CompleteAsync(Guid studyId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var ledger = open();
        var complete = ledger.Studies.Where(study => study.StudyId == studyId && study.Status == WorkStatus.Open
            && study.CompletableAt <= now
            && !study.Videos.Any(video => !video.Superseded && (video.Status == WorkStatus.Found || video.Status == WorkStatus.Cut)));
        if (await MoveAsync(complete.Where(study => study.Videos.Any(video => !video.Superseded && video.Status == WorkStatus.Done)), WorkStatus.Done).ConfigureAwait(false))
            return WorkStatus.Done;
        return await MoveAsync(complete, WorkStatus.Failed).ConfigureAwait(false) ? WorkStatus.Failed : null;

        async Task<bool> MoveAsync(IQueryable<StudyRow> studies, string status) =>
            await studies.ExecuteUpdateAsync(set => set
                .SetProperty(study => study.Status, status)
                .SetProperty(study => study.Revision, study => study.Revision + 1)
                .SetProperty(study => study.CompletedAt, now), cancellation).ConfigureAwait(false) == 1;
    }
}
