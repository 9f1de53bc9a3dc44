using System.IO.Compression;

namespace LusPipeline.Tests;

/// <summary>The DICOM loops of tests/dicom/fixtures.sh: 40×32 pixels, 3 frames each.</summary>
internal static class DicomFixtures
{
    public const int Width = 40;
    public const int Height = 32;
    public const int Frames = 3;

    /// <summary>What the loops say of the patient, the study and the object: texts that nothing may keep.</summary>
    public static readonly string[] Identities = ["Musterfrau", "Erika", "PID-471100", "19500611", "ACC-4711", "ST-4711", "Beispiel", "1.2.826.0.1.3680043"];

    private static readonly Dictionary<string, byte[]> Files = Unpack();
    private static readonly Dictionary<string, string> Kept = Lines("expected.csv").ToDictionary(cells => cells[0], cells => cells[1]);

    /// <summary>The names of all loops.</summary>
    public static IEnumerable<string> Names => Files.Keys.Where(name => name.EndsWith(".dcm", StringComparison.Ordinal)).Select(name => Path.GetFileNameWithoutExtension(name)).Order(StringComparer.Ordinal);

    /// <summary>Those of all sources in all codings that dcmtk and gdcm write, named SOURCE.CODING, in two parts.</summary>
    public static ILookup<bool, string> IsRefused => Names.Where(name => name.Contains('.', StringComparison.Ordinal)).ToLookup(name => Refusal(name) is not null);

    /// <summary>Which form of its transfer syntax a loop has that is not read; null for one that is read.</summary>
    public static string? Refusal(string name) => name.Split('.') switch
    {
        ["rgb-16", _] => "with colours of 16 bits in 16",
        ["rgb" or "ybr", "extended-12"] => "with colours of 12 bits in 16",
        ["grey-12", "spectral" or "progressive"] => "with 1 components of 12 bits in process SOF2",
        // gdcm's DCT of 16 bits is no JPEG.
        ["grey-9" or "grey-12" or "inverted-12", "baseline-gdcm"] => "with 1 components of 16 bits in process SOF1",
        _ => null,
    };

    /// <summary>
    /// How far levels may be from those that dcmtk and gdcm decode. Two decoders of a lossy coding differ by 2. dcmtk cuts fractions of YBR and of
    /// windows off; here they are rounded.
    /// </summary>
    public static int Tolerance(string name)
    {
        var (source, coding) = name.Split('.') is [var first, var second] ? (first, second) : (name, "");
        return IsDct(coding) || source.StartsWith("ybr", StringComparison.Ordinal) ? 2
            : source.StartsWith("inverted", StringComparison.Ordinal) || source is "grey16" or "big16" or "rle16" or "signed16" || coding == "lossless-pseudo" ? 1
            : 0;
    }

    /// <summary>Whether a coding halves the colours or may do so, which dcmtk repeats for each pixel of a pair and ffmpeg interpolates.</summary>
    public static bool HasColourDifferences(string name) =>
        name.Split('.') is ["ybr" or "ybr-planes" or "ybr-422", var coding] ? IsDct(coding) : name.Split('.') is ["rgb" or "rgb-planes", var other] && IsDct(other) && other != "baseline-rgb";

    private static bool IsDct(string coding) => coding.StartsWith("baseline", StringComparison.Ordinal) || coding.StartsWith("extended", StringComparison.Ordinal) || coding is "spectral" or "progressive";

    /// <summary>The bytes of a loop's file.</summary>
    public static byte[] Loop(string name) => [.. Files[name + ".dcm"]];

    /// <summary>The frames that dcmtk or gdcm decode, 8 bits of red, green and blue.</summary>
    public static byte[] Expected(string name) => Files[Kept[name]];

    /// <summary>What pydicom reads: name, study, instance, frames, rows, columns, photometric interpretation.</summary>
    public static IEnumerable<string[]> Tags => Lines("tags.csv");

    private static IEnumerable<string[]> Lines(string name) =>
        System.Text.Encoding.ASCII.GetString(Files[name]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','));

    private static Dictionary<string, byte[]> Unpack()
    {
        using var zip = new ZipArchive(typeof(DicomFixtures).Assembly.GetManifestResourceStream("dicom.zip")!, ZipArchiveMode.Read);
        var files = new Dictionary<string, byte[]>();
        foreach (var entry in zip.Entries)
        {
            using var content = entry.Open();
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            files[entry.Name] = bytes.ToArray();
        }
        return files;
    }
}
