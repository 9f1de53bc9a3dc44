using System.Globalization;
using LusPipeline.Buckets;
using LusPipeline.Buckets.Folder;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Dicom.Reports;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Results;
using LusPipeline.Media.Dicom;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Cli.Exporting;

/// <summary>
/// Writes a DICOM report for each study of loops: <c>FOLDER/STUDY.REVISION.dcm</c>. Whose study it is stands in the originals alone, so they are read again.
/// </summary>
/// <param name="folder">Where to write. It is made, for its user alone, if it is missing.</param>
/// <param name="originals">Where the loops are.</param>
internal sealed class ReportExport(string folder, Func<LedgerContext> open, IVideoBucket originals)
{
    /// <summary>Reports that were written.</summary>
    public int Written { get; private set; }

    /// <summary>Studies without a result, or whose videos are no DICOM loops.</summary>
    public int Other { get; private set; }

    /// <summary>Studies whose originals are gone, changed, or of several studies.</summary>
    public int Unread { get; private set; }

    public async Task WriteAsync(StudyResult study, CancellationToken cancellation)
    {
        var done = study.Videos.Where(video => video.Result is not null).ToList();
        if (study is not { Result: { } result, CompletedAt: { } completed } || done.Count == 0)
        {
            Other++;
            return;
        }
        var findings = new List<LoopFinding>();
        try
        {
            foreach (var video in done)
            {
                if (await OriginAsync(video, cancellation) is { } loop)
                    findings.Add(new(loop, $"Lung ultrasound loop: {Words(video.Result!.Value)}. Mean of {video.Clips.Count} clips of {video.Frames} frames."));
            }
        }
        catch (RejectedException refused)
        {
            await Console.Error.WriteLineAsync($"{study.Study}: no report. An original cannot be read: {refused.Message}");
            Unread++;
            return;
        }
        if (findings.Count == 0)
        {
            Other++;
            return;
        }
        if (findings.Count < done.Count || findings.Select(finding => finding.Loop.StudyUid).Distinct().Count() > 1)
        {
            await Console.Error.WriteLineAsync($"{study.Study}: no report. Its videos are not all loops of one DICOM study.");
            Unread++;
            return;
        }
        var rejected = study.Videos.Count - done.Count;
        var report = new FindingsReport
        {
            StudyId = study.StudyId,
            Revision = study.Revision,
            CompletedAt = completed,
            Model = done[0].Model,
            Version = typeof(ReportExport).Assembly.GetName().Version!.ToString(3),
            Findings = findings,
            Conclusion = $"Classification of lung ultrasound by software: {Words(result)}. Mean of {done.Count} loops; {rejected} loops have no result. "
                + "Research use only: not a medical device. Not verified by a person. Not for diagnosis.",
        };
        Put($"{study.Study}.{study.Revision.ToString(CultureInfo.InvariantCulture)}.dcm", report.Write());
        Written++;
    }

    private static string Words(Result result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Diagnosis.Name()}{(result.Uncertain ? " (uncertain)" : "")}; probabilities covid {result.Probabilities.Covid:f3}, pneumonia {result.Probabilities.Pneumonia:f3}, healthy {result.Probabilities.Healthy:f3}");

    /// <returns>Null for an original that is no DICOM object.</returns>
    private async Task<LoopOrigin?> OriginAsync(VideoResult video, CancellationToken cancellation)
    {
        await using var ledger = open();
        var row = await ledger.Videos.Where(row => row.VideoId == video.VideoId).Select(row => new { row.ObjectKey, row.Tag, row.Content, row.Size }).SingleAsync(cancellation);
        try
        {
            return await LoopOrigins.ReadAsync(originals, row.ObjectKey, row.Tag, row.Size, cancellation);
        }
        catch (RejectedException gone) when (gone.Reason == ReasonCode.Vanished && originals is VideoFolder)
        {
            if (await ((VideoFolder)originals).FindCopyAsync(row.ObjectKey, LoopContent.OfObject(row.Content), cancellation) is { } copy)
                return await LoopOrigins.ReadAsync(originals, copy.Key, copy.Tag, copy.Size, cancellation);
            throw;
        }
    }

    private void Put(string name, byte[] content)
    {
        PrivateFolder.MakeIfMissing(folder);
        PrivateFile.Write(Path.Combine(folder, name.Replace('/', '_')), file => file.Write(content));
    }
}
