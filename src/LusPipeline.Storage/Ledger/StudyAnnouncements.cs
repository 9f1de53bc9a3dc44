using LusPipeline.Core.Outcomes;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Storage.Ledger;

/// <summary>A completed study whose result is not told of yet.</summary>
/// <param name="Bucket">The place that it lies in.</param>
/// <param name="Status">done or failed.</param>
public sealed record StudyToAnnounce(Guid StudyId, string Bucket, string Name, int Revision, string Status);

/// <summary>
/// Remembers which completed studies were told of. A process that dies between telling and remembering tells again: receivers know
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

    public async Task AnnouncedAsync(Guid studyId, int revision, CancellationToken cancellation)
    {
        await using var ledger = open();
        await ledger.Studies.Where(study => study.StudyId == studyId && study.AnnouncedRevision < revision)
            .ExecuteUpdateAsync(set => set.SetProperty(study => study.AnnouncedRevision, revision), cancellation).ConfigureAwait(false);
    }
}
