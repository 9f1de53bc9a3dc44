using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Results;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Registers;

/// <summary>A completed study whose result is not told of yet.</summary>
/// <param name="Bucket">The place that it lies in.</param>
/// <param name="Status">done or failed.</param>
public sealed record StudyToAnnounce(Guid StudyId, string Bucket, string Name, int Revision, string Status);

/// <summary>
/// Remembers which completed studies were told of, and what. A process that dies between telling and remembering tells again: receivers know
/// a study and revision by its keys.
/// </summary>
public sealed class StudyAnnouncements(Func<LedgerContext> open)
{
    public async Task<IReadOnlyList<StudyToAnnounce>> DueAsync(int most, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Studies
            .Where(study => study.AnnouncedRevision < study.Revision && (study.Status == WorkStatus.Done || study.Status == WorkStatus.Failed))
            .OrderBy(study => study.CompletedAt).Take(most)
            .Select(study => new StudyToAnnounce(study.StudyId, study.Bucket, study.Name, study.Revision, study.Status))
            .ToListAsync(cancellation).ConfigureAwait(false);
    }

    /// <param name="told">The study as it was told of.</param>
    public async Task AnnouncedAsync(StudyResult told, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(told);
        var (rejected, failed) = (told.Count(WorkStatus.Rejected), told.Count(WorkStatus.Failed) + told.Count(WorkStatus.Cancelled));
        await using var ledger = open();
        await ledger.Studies.Where(study => study.StudyId == told.StudyId && study.AnnouncedRevision < told.Revision)
            .ExecuteUpdateAsync(set => set
                .SetProperty(study => study.AnnouncedRevision, told.Revision)
                .SetProperty(study => study.AnnouncedCovid, told.Result?.Probabilities.Covid)
                .SetProperty(study => study.AnnouncedPneumonia, told.Result?.Probabilities.Pneumonia)
                .SetProperty(study => study.AnnouncedHealthy, told.Result?.Probabilities.Healthy)
                .SetProperty(study => study.AnnouncedSpread, told.Result?.Spread)
                .SetProperty(study => study.AnnouncedUncertain, told.Result?.Uncertain)
                .SetProperty(study => study.AnnouncedVideos, told.Videos.Count)
                .SetProperty(study => study.AnnouncedRejected, rejected)
                .SetProperty(study => study.AnnouncedFailed, failed), cancellation).ConfigureAwait(false);
    }
}
