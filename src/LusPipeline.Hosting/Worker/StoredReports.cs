using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Hosting.Reports;
using LusPipeline.Ledger.Results;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Worker;

/// <summary>Stores the reports of completed studies in the archive (<c>Results:Store</c>).</summary>
/// <param name="archive">Null if no reports are wanted.</param>
internal sealed partial class StoredReports(ArchiveStore? archive, DicomReports reports, ILogger<StoredReports> logger)
{
    /// <summary>
    /// Stores a study's report. A study without one is passed over, and so is one whose report cannot be made or is not taken: nobody should wait for it. A
    /// report that was stored before has the same UID.
    /// </summary>
    /// <exception cref="Core.Outcomes.BucketUnavailableException">The archive, or the bucket of the originals, does not answer.</exception>
    public async Task StoreAsync(StudyResult study, CancellationToken cancellation)
    {
        if (archive is null)
            return;
        var (content, problem) = await reports.MakeAsync(study, cancellation).ConfigureAwait(false);
        if (content is not null)
            problem = await archive.StoreAsync(content, cancellation).ConfigureAwait(false);
        if (problem is not null)
            LogNone(logger, study.StudyId);
    }

    [LoggerMessage(LogLevel.Warning, "No report was stored for study {Study}: lus results --format dicom-sr --store says why")]
    private static partial void LogNone(ILogger logger, Guid study);
}
