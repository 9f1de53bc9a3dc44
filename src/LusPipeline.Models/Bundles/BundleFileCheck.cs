using System.Security.Cryptography;

namespace LusPipeline.Models.Bundles;

/// <summary>Checks one ONNX file of a bundle without running it.</summary>
internal static class BundleFileCheck
{
    /// <summary>Largest size of an ONNX file. It is a protobuf message, which must be below 2 GiB.</summary>
    private const long MaxBytes = int.MaxValue;

    /// <exception cref="BundleException">
    /// The file is missing, is a link out of the folder, is too large, has another sha256, or is not a self-contained ONNX file.
    /// </exception>
    public static void Run(string path, BundleModel model)
    {
        try
        {
            CheckPlace(path);
            using var stream = new FileStream(path, new FileStreamOptions { BufferSize = 1 << 16, Options = FileOptions.SequentialScan });
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(stream));
            if (sha256 != model.Sha256)
                throw new BundleException($"'{path}' is not the file of its manifest (sha256 is {sha256}, should be {model.Sha256}). Copy the bundle again or import the model again.");
            stream.Position = 0;
            var facts = OnnxFacts.Read(stream);
            if (facts.Opset != model.Opset)
                throw new InvalidDataException($"it uses opset {facts.Opset}, its manifest says {model.Opset}");
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException($"'{path}' cannot be used as a model: {wrong.Message}.", wrong);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"'{path}' cannot be read: {unreadable.Message}", unreadable);
        }
    }

    private static void CheckPlace(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new BundleException($"'{path}' is missing. Copy the bundle again or import the model again.");
        if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
        {
            if (Path.GetDirectoryName(target.FullName) != file.DirectoryName)
                throw new BundleException($"'{path}' is a link out of the bundle's folder. Put the file itself there.");
            file = target;
        }
        if (file.Length is 0 or > MaxBytes)
            throw new BundleException($"'{path}' has {file.Length} bytes; an ONNX file has 1 to {MaxBytes}. Copy the bundle again or import the model again.");
    }
}
