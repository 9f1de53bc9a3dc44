using System.IO.Compression;
using System.Text.Json;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>
/// A <c>.keras</c> file: a zip of <c>config.json</c>, <c>metadata.json</c> and <c>model.weights.h5</c> (Keras: <c>saving_lib.save_model</c>). The weights
/// are unpacked into an unnamed temporary file, because HDF5 needs to seek.
/// </summary>
internal sealed class KerasArchive : IDisposable
{
    private const int MaxConfigBytes = 64 * 1024 * 1024;
    private const long MaxWeightsBytes = 4L * 1024 * 1024 * 1024;

    /// <summary>Largest ratio by which an entry may expand. Weights hardly compress; more is a zip bomb.</summary>
    private const int MaxExpansion = 100;

    private readonly ZipArchive _zip;

    private KerasArchive(ZipArchive zip, ReadOnlyMemory<byte> config, string? kerasVersion, Hdf5File weights)
    {
        _zip = zip;
        Config = config;
        KerasVersion = kerasVersion;
        Weights = weights;
    }

    public ReadOnlyMemory<byte> Config { get; }

    public string? KerasVersion { get; }

    public Hdf5File Weights { get; }

    public static KerasArchive Open(FileStream file)
    {
        file.Position = 0;
        var length = file.Length;
        var zip = new ZipArchive(file, ZipArchiveMode.Read);
        try
        {
            var config = Bytes(zip, "config.json") ?? throw new ImportProblemException("the archive has no config.json.");
            var metadata = Bytes(zip, "metadata.json");
            var version = metadata is { } json
                && ModelConfigReader.Parse(json) is { ValueKind: JsonValueKind.Object } described
                && described.TryGetProperty("keras_version", out var text) && text.ValueKind == JsonValueKind.String
                    ? text.GetString()
                    : null;
            var entry = zip.GetEntry("model.weights.h5") ?? throw new ImportProblemException("the archive has no model.weights.h5.");
            if (entry.Length > MaxWeightsBytes || entry.Length > length * MaxExpansion)
                throw new ImportProblemException($"its weights claim {entry.Length} bytes.");
            var weights = Unpack(entry);
            return new KerasArchive(zip, config, version, weights);
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Weights.Dispose();
        _zip.Dispose();
    }

    private static Hdf5File Unpack(ZipArchiveEntry entry)
    {
        var unpacked = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 128 * 1024, FileOptions.DeleteOnClose);
        try
        {
            using (var source = entry.Open())
            {
                Copy(source, unpacked, entry.Length, entry.Name);
            }
            unpacked.Flush();
            unpacked.Position = 0;
            return Hdf5File.Open(unpacked);
        }
        catch
        {
            unpacked.Dispose();
            throw;
        }
    }

    private static ReadOnlyMemory<byte>? Bytes(ZipArchive zip, string name)
    {
        if (zip.GetEntry(name) is not { } entry)
            return null;
        if (entry.Length > MaxConfigBytes)
            throw new ImportProblemException($"its {name} claims {entry.Length} bytes.");
        using var bytes = new MemoryStream();
        using var source = entry.Open();
        Copy(source, bytes, entry.Length, name);
        return bytes.ToArray();
    }

    /// <summary>Copies at most the claimed number of bytes. The claim was checked, the data were not.</summary>
    private static void Copy(Stream source, Stream target, long claimed, string name)
    {
        var buffer = new byte[128 * 1024];
        long copied = 0;
        int read;
        while ((read = source.Read(buffer)) > 0)
        {
            copied += read;
            if (copied > claimed)
                throw new ImportProblemException($"its {name} is longer than it claims.");
            target.Write(buffer, 0, read);
        }
        if (copied != claimed)
            throw new ImportProblemException($"its {name} is shorter than it claims.");
    }
}
