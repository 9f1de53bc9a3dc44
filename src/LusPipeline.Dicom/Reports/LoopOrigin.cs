using LusPipeline.Core.Outcomes;
using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Reports;

/// <summary>What a report repeats of the object that it speaks of: whose it is, and which. Read from the original; nothing of it is stored elsewhere.</summary>
public sealed class LoopOrigin
{
    private const int LongestValue = 1 << 12;

    private const uint SeriesInstanceUid = 0x0020_000E;

    /// <summary>Attributes of patient and study with their representations, in the order of their tags.</summary>
    private static readonly (uint Tag, string Vr)[] Repeated =
    [
        (CharacterSet, "CS"), (0x0008_0020, "DA"), (0x0008_0030, "TM"), (0x0008_0050, "SH"), (0x0008_0090, "PN"),
        (0x0010_0010, "PN"), (0x0010_0020, "LO"), (0x0010_0030, "DA"), (0x0010_0040, "CS"), (0x0020_0010, "SH"),
    ];

    private static readonly HashSet<uint> Needed =
        [.. Repeated.Select(each => each.Tag), DicomTag.SopClassUid, DicomTag.SopInstanceUid, DicomTag.StudyInstanceUid, SeriesInstanceUid];

    private readonly Dictionary<uint, byte[]> _values = [];

    private LoopOrigin()
    {
    }

    internal const uint CharacterSet = 0x0008_0005;

    public string StudyUid => Uid(DicomTag.StudyInstanceUid);

    public string SeriesUid => Uid(SeriesInstanceUid);

    public string ClassUid => Uid(DicomTag.SopClassUid);

    public string InstanceUid => Uid(DicomTag.SopInstanceUid);

    /// <summary>Reads an object.</summary>
    /// <param name="file">A file at its start that can seek.</param>
    /// <exception cref="RejectedException">The object is malformed, or lacks one of its UIDs.</exception>
    public static LoopOrigin Read(Stream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var (syntax, input) = DicomPrologue.Read(file);
        var reader = new DataSetReader(input, syntax.Form);
        var origin = new LoopOrigin();
        while (reader.Read())
        {
            if (reader is not { Kind: DataSetToken.Element, Depth: 0 })
                continue;
            // Group 20 is the last that is needed, and tags stand in order.
            if (reader.Tag >> 16 > 0x0020)
                break;
            if (Needed.Contains(reader.Tag))
                origin._values[reader.Tag] = reader.Value(LongestValue);
        }
        foreach (var tag in new[] { DicomTag.SopClassUid, DicomTag.SopInstanceUid, DicomTag.StudyInstanceUid, SeriesInstanceUid })
        {
            if (origin.Uid(tag) is not { Length: > 0 and <= 64 } uid || uid.Any(letter => letter is not ('.' or (>= '0' and <= '9'))))
                throw DicomFault.Malformed($"{DicomTag.Text(tag)} is no UID");
        }
        return origin;
    }

    /// <summary>Writes an attribute of patient or study. Each of them is required, but may be empty (type 2).</summary>
    internal void Repeat(DataSetWriter data, uint tag)
    {
        var vr = Repeated.First(each => each.Tag == tag).Vr;
        var value = _values.GetValueOrDefault(tag, []);
        data.Add(tag, vr, value.AsSpan().TrimEnd((byte)' ').TrimEnd((byte)0));
    }

    internal bool Has(uint tag) => _values.GetValueOrDefault(tag) is { Length: > 0 };

    private string Uid(uint tag) => System.Text.Encoding.ASCII.GetString(_values.GetValueOrDefault(tag, [])).Trim('\0', ' ');
}
