using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Results;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Registers;

/// <summary>A completed study whose result has not been announced yet.</summary>
/// <param name="Bucket">The name of the bucket that holds the study.</param>
/// <param name="Status">done or failed.</param>
public sealed record StudyToAnnounce(Guid StudyId, string Bucket, string Name, int Revision, string Status);

/// <summary>
/// Records which completed studies were announced, and with which result. If a process dies between the announcement and its record, the
/// study is announced again. Receivers recognise the repetition by study id and revision.
/// </summary>
public sealed class StudyAnnouncements(Func<LedgerContext> open)
{
    /// <summary>Returns the studies that have to be announced, at most <paramref name="most"/>.</summary>
    public async Task<IReadOnlyList<StudyToAnnounce>> DueAsync(int most, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Studies
            .Where(study => study.AnnouncedRevision < study.Revision && (study.Status == WorkStatus.Done || study.Status == WorkStatus.Failed))
            .OrderBy(study => study.CompletedAt).Take(most)
            .Select(study => new StudyToAnnounce(study.StudyId, study.Bucket, study.Name, study.Revision, study.Status))
            .ToListAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Whether this revision of the study's result is the newest one and still has to be announced.</summary>
    /// <returns>False also if the study was erased.</returns>
    public async Task<bool> IsDueAsync(StudyResult result, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(result);
        await using var ledger = open();
        return await ledger.Studies.AnyAsync(
            study => study.StudyId == result.StudyId && study.Revision == result.Revision && study.AnnouncedRevision < result.Revision,
            cancellation).ConfigureAwait(false);
    }

    /// <param name="told">The study's result as it was announced.</param>
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
