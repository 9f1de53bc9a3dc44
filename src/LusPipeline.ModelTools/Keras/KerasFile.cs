using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using LusPipeline.ModelTools.Keras.Converters;
using LusPipeline.ModelTools.Keras.Reading;

namespace LusPipeline.ModelTools.Keras;

/// <summary>
/// Opens the files that Keras 2 and Keras 3 save: whole models, or weights alone (<c>.h5</c>, <c>.weights.h5</c>, <c>.keras</c>). The kind is recognised by
/// content, not by name.
/// </summary>
public static class KerasFile
{
    private static ReadOnlySpan<byte> Hdf5Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>Opens a file.</summary>
    /// <param name="path">The path of the Keras file.</param>
    /// <param name="architecture">
    /// The architecture of a file that holds only weights: one of <see cref="Architecture.Names"/> or the path of a model's JSON. It replaces a
    /// configuration in the file. Null means the file's own configuration.
    /// </param>
    /// <exception cref="KerasImportException">The file is not a Keras file, is damaged, or is of an unsupported kind.</exception>
    public static KerasModel Read(string path, string? architecture)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            throw new KerasImportException(path, "it is a folder (TensorFlow's SavedModel is not supported); save the model as .keras or .h5.");
        var config = architecture is null ? (ReadOnlyMemory<byte>?)null : Architecture.Json(architecture);
        var weightsAlone = architecture is not null && Architecture.Names.Contains(architecture, StringComparer.Ordinal);
        return KerasImportException.Guard(path, () =>
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            IDisposable open = file;
            try
            {
                if (IsZip(file))
                {
                    var archive = KerasArchive.Open(file);
                    open = archive;
                    return Open(path, archive.Weights, config ?? archive.Config, archive.KerasVersion, weightsAlone, archive);
                }
                if (!IsHdf5(file))
                    throw new ImportProblemException("it is not a Keras file (neither HDF5 nor a .keras archive).");
                var hdf5 = Hdf5File.Open(file);
                open = hdf5;
                var own = hdf5.Root.Text("model_config");
                var json = config ?? (own is null
                    ? throw new ImportProblemException($"it holds weights without a model; name its architecture ({string.Join(", ", Architecture.Names)}) or the JSON file of its model.")
                    : Encoding.UTF8.GetBytes(own));
                return Open(path, hdf5, json, hdf5.Root.Text("keras_version"), weightsAlone, hdf5);
            }
            catch
            {
                open.Dispose();
                throw;
            }
        });
    }

    private static KerasModel Open(string path, Hdf5File weights, ReadOnlyMemory<byte> json, string? version, bool weightsAlone, IDisposable file)
    {
        var config = ModelConfigReader.Parse(json);
        var definition = ModelConfigReader.Read(config);
        version ??= config.TryGetProperty("keras_version", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        var root = weights.Root.FindGroup("model_weights") ?? weights.Root;
        var bound = root.Texts("layer_names") is null && Keras3Weights.Has(root)
            ? Keras3Weights.Bind(definition, root, LayerConverters.Weights)
            : Keras2Weights.Bind(definition, root, LayerConverters.Weights);
        return new KerasModel(path, version, definition, bound, weightsAlone, file);
    }

    private static bool IsZip(FileStream file)
    {
        Span<byte> start = stackalloc byte[4];
        file.Position = 0;
        return file.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && BinaryPrimitives.ReadUInt32LittleEndian(start) == 0x04034B50;
    }

    /// <summary>Whether the file is HDF5. HDF5 allows a user block before its signature, which is then at byte 512, 1024, 2048 …</summary>
    private static bool IsHdf5(FileStream file)
    {
        Span<byte> start = stackalloc byte[8];
        for (long offset = 0; offset < file.Length; offset = offset == 0 ? 512 : offset * 2)
        {
            file.Position = offset;
            if (file.ReadAtLeast(start, 8, throwOnEndOfStream: false) == 8 && start.SequenceEqual(Hdf5Signature))
            {
                file.Position = 0;
                return true;
            }
        }
        return false;
    }
}
