using System.Globalization;
using LusPipeline.Buckets;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Reports;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Cli.Exporting;

/// <summary>Writes a DICOM report for each study of loops: <c>FOLDER/STUDY.REVISION.dcm</c>, into an archive, or both.</summary>
/// <param name="folder">Where to write; null for nowhere. It is made, for its user alone, if it is missing.</param>
/// <param name="archive">Where to store; null for nowhere.</param>
internal sealed class ReportExport(string? folder, ArchiveStore? archive, DicomReports reports)
{
    /// <summary>Reports that were written or stored.</summary>
    public int Written { get; private set; }

    /// <summary>Studies without a result, or whose videos are no DICOM loops.</summary>
    public int Other { get; private set; }

    /// <summary>Studies whose originals are gone, changed, or of several studies, and those whose report the archive does not take.</summary>
    public int Failed { get; private set; }

    public async Task WriteAsync(StudyResult study, CancellationToken cancellation)
    {
        var (content, problem) = await reports.MakeAsync(study, cancellation);
        if (content is not null)
        {
            if (folder is not null)
                Put(folder, $"{study.Study}.{study.Revision.ToString(CultureInfo.InvariantCulture)}.dcm", content);
            problem = archive is null ? null : await archive.StoreAsync(content, cancellation);
        }
        if (problem is not null)
        {
            await Console.Error.WriteLineAsync($"{ResultTable.Printable(study.Study)}: no report. {problem}");
            Failed++;
        }
        else if (content is null)
        {
            Other++;
        }
        else
        {
            Written++;
        }
    }

    private static void Put(string folder, string name, byte[] content)
    {
        PrivateFolder.MakeIfMissing(folder);
        PrivateFile.Write(Path.Combine(folder, name.Replace('/', '_')), file => file.Write(content));
    }
}
