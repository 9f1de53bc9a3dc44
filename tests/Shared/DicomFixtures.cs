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
