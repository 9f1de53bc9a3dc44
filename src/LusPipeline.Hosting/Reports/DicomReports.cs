using System.Globalization;
using LusPipeline.Buckets;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Dicom.Reports;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Results;
using LusPipeline.Media.Dicom;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Hosting.Reports;

/// <summary>Makes the DICOM reports of studies of loops. Whose study it is stands in the originals alone, so they are read again.</summary>
/// <param name="originals">Where the loops are.</param>
public sealed class DicomReports(Func<LedgerContext> open, IVideoBucket originals)
{
    /// <exception cref="BucketUnavailableException">The originals' bucket does not answer.</exception>
    public async Task<DicomReport> MakeAsync(StudyResult study, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(study);
        var done = study.Videos.Where(video => video.Result is not null).ToList();
        if (study is not { Result: { } result, CompletedAt: { } completed } || done.Count == 0)
            return DicomReport.None;
        var findings = new List<LoopFinding>();
        try
        {
            foreach (var video in done)
            {
                if (await OriginAsync(video, cancellation).ConfigureAwait(false) is { } loop)
                    findings.Add(new(loop, $"Lung ultrasound loop: {Words(video.Result!.Value)}. Mean of {video.Clips.Count} clips of {video.Frames} frames."));
            }
        }
        catch (Exception refused) when (refused is RejectedException or TransientException)
        {
            return new(null, $"An original cannot be read: {refused.Message}");
        }
        if (findings.Count == 0)
            return DicomReport.None;
        if (findings.Count < done.Count || findings.Select(finding => finding.Loop.StudyUid).Distinct().Count() > 1)
            return new(null, "Its videos are not all loops of one DICOM study.");
        var rejected = study.Videos.Count - done.Count;
        var report = new FindingsReport
        {
            StudyId = study.StudyId,
            Revision = study.Revision,
            CompletedAt = completed,
            Model = done[0].Model,
            Version = typeof(DicomReports).Assembly.GetName().Version!.ToString(3),
            Findings = findings,
            Conclusion = $"Classification of lung ultrasound by software: {Words(result)}. Mean of {done.Count} loops; {rejected} loops have no result. "
                + "Research use only: not a medical device. Not verified by a person. Not for diagnosis.",
        };
        return new(report.Write(), null);
    }

    private static string Words(Result result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Diagnosis.Name()}{(result.Uncertain ? " (uncertain)" : "")}; probabilities covid {result.Probabilities.Covid:f3}, pneumonia {result.Probabilities.Pneumonia:f3}, healthy {result.Probabilities.Healthy:f3}");

    /// <returns>Null for an original that is no DICOM object.</returns>
    private async Task<LoopOrigin?> OriginAsync(VideoResult video, CancellationToken cancellation)
    {
        var ledger = open();
        await using (ledger.ConfigureAwait(false))
        {
            var row = await ledger.Videos.Where(row => row.VideoId == video.VideoId)
                .Select(row => new { row.ObjectKey, row.Tag, row.Content, row.Size }).SingleAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await LoopOrigins.ReadAsync(originals, row.ObjectKey, row.Tag, row.Size, cancellation).ConfigureAwait(false);
            }
            catch (RejectedException gone) when (gone.Reason == ReasonCode.Vanished)
            {
                if (await originals.FindCopyAsync(row.ObjectKey, LoopContent.OfObject(row.Content), cancellation).ConfigureAwait(false) is { } copy)
                    return await LoopOrigins.ReadAsync(originals, copy.Key, copy.Tag, copy.Size, cancellation).ConfigureAwait(false);
                throw;
            }
        }
    }
}
