using System.Globalization;
using LusPipeline.Core.Identity;

namespace LusPipeline.Dicom.Reports;

/// <summary>What is found in one loop.</summary>
/// <param name="Loop">The loop.</param>
/// <param name="Text">The finding, in ASCII.</param>
public sealed record LoopFinding(LoopOrigin Loop, string Text);

/// <summary>
/// A study's report as a DICOM object: Basic Text SR (PS3.3, section A.35.1) by template 2000, Basic Diagnostic Imaging Report (PS3.16). It is unverified and
/// preliminary. Its UIDs come from the ledger's ids, so the same result makes the same object.
/// </summary>
public sealed record FindingsReport
{
    private const string BasicTextSr = "1.2.840.10008.5.1.4.1.1.88.11";
    private const string ExplicitLittle = "1.2.840.10008.1.2.1";
    private const string Maker = "LusPipeline";
    private const string Template = "2000";

    private static readonly Guid Namespace = new("5c9b2c4e-0d8a-5f0e-9a51-3f6f0a1d7e10");

    /// <summary>The ledger's id of the study.</summary>
    public required Guid StudyId { get; init; }

    /// <summary>How many times the study was completed. Each revision is an object of its own.</summary>
    public required int Revision { get; init; }

    /// <summary>When the study was completed, UTC.</summary>
    public required DateTime CompletedAt { get; init; }

    /// <summary>Name and version of the model, and the beginning of the bundle's id.</summary>
    public required string Model { get; init; }

    /// <summary>Version of this program.</summary>
    public required string Version { get; init; }

    /// <summary>The findings in the loops of one study, at least one.</summary>
    public required IReadOnlyList<LoopFinding> Findings { get; init; }

    /// <summary>What the study's result is, in ASCII.</summary>
    public required string Conclusion { get; init; }

    /// <summary>The object's SOP Instance UID.</summary>
    public string Uid => Made("report", Revision.ToString(CultureInfo.InvariantCulture), Model, Conclusion, string.Join('\n', Findings.Select(finding => finding.Text)));

    /// <summary>The object as a file (PS3.10).</summary>
    public byte[] Write()
    {
        var meta = new DataSetWriter().Add(0x0002_0001, "OB", [0, 1]).Add(0x0002_0002, "UI", BasicTextSr).Add(0x0002_0003, "UI", Uid)
            .Add(0x0002_0010, "UI", ExplicitLittle).Add(0x0002_0012, "UI", ReportUid.From(Namespace)).Add(0x0002_0013, "SH", Maker.ToUpperInvariant()).ToArray();
        return [.. new byte[128], .. "DICM"u8, .. new DataSetWriter().Add(0x0002_0000, "UL", BitConverter.GetBytes(meta.Length)).ToArray(), .. meta, .. Body().ToArray()];
    }

    private DataSetWriter Body()
    {
        var origin = Findings[0].Loop;
        var data = new DataSetWriter();
        if (origin.Has(LoopOrigin.CharacterSet))
            origin.Repeat(data, LoopOrigin.CharacterSet);
        data.Add(0x0008_0016, "UI", BasicTextSr).Add(0x0008_0018, "UI", Uid);
        origin.Repeat(data, 0x0008_0020);
        data.Add(0x0008_0023, "DA", CompletedAt.ToString("yyyyMMdd", CultureInfo.InvariantCulture));
        origin.Repeat(data, 0x0008_0030);
        data.Add(0x0008_0033, "TM", CompletedAt.ToString("HHmmss", CultureInfo.InvariantCulture));
        origin.Repeat(data, 0x0008_0050);
        data.Add(0x0008_0060, "CS", "SR").Add(0x0008_0070, "LO", Maker);
        origin.Repeat(data, 0x0008_0090);
        data.Add(0x0008_103E, "LO", "LUS classification, research use only").Add(0x0008_1090, "LO", Short(Model)).Add(0x0008_1111);
        foreach (var tag in new[] { 0x0010_0010u, 0x0010_0020u, 0x0010_0030u, 0x0010_0040u })
            origin.Repeat(data, tag);
        data.Add(0x0018_1020, "LO", Short(Version)).Add(0x0020_000D, "UI", origin.StudyUid).Add(0x0020_000E, "UI", Made("series"));
        origin.Repeat(data, 0x0020_0010);
        return data.Add(0x0020_0011, "IS", "9000").Add(0x0020_0013, "IS", Math.Max(1, Revision).ToString(CultureInfo.InvariantCulture))
            .Add(0x0040_A040, "CS", "CONTAINER").Add(0x0040_A043, ReportCode.ImagingReport.Item()).Add(0x0040_A050, "CS", "SEPARATE")
            .Add(0x0040_A372).Add(0x0040_A375, Evidence(origin))
            .Add(0x0040_A491, "CS", "COMPLETE").Add(0x0040_A493, "CS", "UNVERIFIED").Add(0x0040_A496, "CS", "PRELIMINARY")
            .Add(0x0040_A504, new DataSetWriter().Add(0x0008_0105, "CS", "DCMR").Add(0x0040_DB00, "CS", Template))
            .Add(0x0040_A730, [.. Content()]);
    }

    /// <summary>The loops that the report speaks of, by series, each instance once.</summary>
    private DataSetWriter Evidence(LoopOrigin origin) => new DataSetWriter()
        .Add(0x0008_1115, [.. Findings.Select(finding => finding.Loop).DistinctBy(loop => loop.InstanceUid).GroupBy(loop => loop.SeriesUid).Select(series => new DataSetWriter()
            .Add(0x0008_1199, [.. series.Select(Reference)]).Add(0x0020_000E, "UI", series.Key))])
        .Add(0x0020_000D, "UI", origin.StudyUid);

    private IEnumerable<DataSetWriter> Content() =>
    [
        Coded("HAS CONCEPT MOD", ReportCode.Language, ReportCode.English),
        Coded("HAS OBS CONTEXT", ReportCode.ObserverType, ReportCode.Device),
        Start("HAS OBS CONTEXT", "UIDREF", ReportCode.DeviceUid).Add(0x0040_A124, "UI", ReportUid.From(UuidV5.Create(Namespace, "device", Model))),
        Text("HAS OBS CONTEXT", ReportCode.DeviceName, Maker),
        Text("HAS OBS CONTEXT", ReportCode.DeviceManufacturer, Maker),
        Text("HAS OBS CONTEXT", ReportCode.DeviceModel, Model),
        Container(ReportCode.Findings, [.. Findings.Select(finding => Text("CONTAINS", ReportCode.Finding, finding.Text).Add(0x0040_A730, Image(finding.Loop)))]),
        Container(ReportCode.Conclusions, Text("CONTAINS", ReportCode.Conclusion, Conclusion)),
    ];

    private static DataSetWriter Container(ReportCode name, params ReadOnlySpan<DataSetWriter> items) =>
        Start("CONTAINS", "CONTAINER", name).Add(0x0040_A050, "CS", "SEPARATE").Add(0x0040_A730, items);

    private static DataSetWriter Text(string relationship, ReportCode name, string text) => Start(relationship, "TEXT", name).Add(0x0040_A160, "UT", text);

    private static DataSetWriter Coded(string relationship, ReportCode name, ReportCode value) => Start(relationship, "CODE", name).Add(0x0040_A168, value.Item());

    private static DataSetWriter Image(LoopOrigin loop) =>
        new DataSetWriter().Add(0x0008_1199, Reference(loop)).Add(0x0040_A010, "CS", "INFERRED FROM").Add(0x0040_A040, "CS", "IMAGE");

    private static DataSetWriter Start(string relationship, string type, ReportCode name) =>
        new DataSetWriter().Add(0x0040_A010, "CS", relationship).Add(0x0040_A040, "CS", type).Add(0x0040_A043, name.Item());

    private static DataSetWriter Reference(LoopOrigin loop) =>
        new DataSetWriter().Add(0x0008_1150, "UI", loop.ClassUid).Add(0x0008_1155, "UI", loop.InstanceUid);

    private string Made(params ReadOnlySpan<string> parts) => ReportUid.From(UuidV5.Create(Namespace, [StudyId.ToString("D"), .. parts]));

    /// <summary>A long string has 64 characters at most.</summary>
    private static string Short(string text) => text.Length <= 64 ? text : text[..64];
}
