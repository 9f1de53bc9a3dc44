using System.Security.Cryptography;
using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Inference;

namespace LusPipeline.Models.Bundles;

/// <summary>Writes a bundle's folder, whole or not at all.</summary>
public static class BundleWriter
{
    private const string CardFile = "README.md";

    /// <summary>Copies the files into a new folder, writes the manifest, checks the result as <see cref="Bundle.Load"/> and the engine would, and only then gives it its name.</summary>
    /// <param name="folder">Must not exist, or be empty.</param>
    /// <exception cref="BundleException">The folder is in use or cannot be written, or the contents make no bundle.</exception>
    public static Bundle Write(string folder, BundleContents contents)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(contents);
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
            throw new BundleException($"'{target}' exists and is not empty. Give another folder, or remove it first.");
        var unfinished = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(unfinished);
            ManifestFile.Write(unfinished, CopyFiles(unfinished, contents));
            BundleCheck.Run(Bundle.Load(unfinished));
            if (Directory.Exists(target))
                Directory.Delete(target);
            Directory.Move(unfinished, target);
            return Bundle.Load(target);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"The bundle '{target}' cannot be written: {failed.Message}", failed);
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    private static BundleManifest CopyFiles(string folder, BundleContents contents)
    {
        if (contents.Backbones.Count == 0)
            throw new BundleException("A bundle needs at least one backbone.");
        var backbones = contents.Backbones.ToDictionary(
            pair => pair.Key,
            pair => CopyModel(pair.Value, folder, $"backbone.{pair.Key}.onnx"));
        var head = contents.Head is null ? null : CopyModel(contents.Head, folder, "head.onnx");
        var size = OnnxContract.BackboneSize(Path.Combine(folder, backbones.Values.First().File));
        foreach (var licence in contents.Licences)
            File.Copy(licence.Path, Path.Combine(folder, Path.GetFileName(licence.Path)));
        if (contents.Card is { } card)
            File.WriteAllText(Path.Combine(folder, CardFile), card);
        return new BundleManifest
        {
            Format = BundleManifest.CurrentFormat,
            Name = contents.Name,
            Version = contents.Version,
            Description = contents.Description,
            Card = contents.Card is null ? null : CardFile,
            Licences = [.. contents.Licences.Select(licence => new BundleLicence(licence.Name, licence.Covers, Path.GetFileName(licence.Path)))],
            Metrics = contents.Metrics,
            Inference = new BundleInference
            {
                Height = size.Height,
                Width = size.Width,
                Preprocess = contents.Preprocess,
                Frames = contents.Frames,
                Features = size.Features,
                Classes = DiagnosisNames.All,
                Threshold = contents.Threshold,
                Backbones = backbones,
                Head = head,
            },
        };
    }

    private static BundleModel CopyModel(string source, string folder, string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            File.Copy(source, path);
            using var stream = File.OpenRead(path);
            var facts = OnnxFacts.Read(stream);
            stream.Position = 0;
            return new BundleModel(name, Convert.ToHexStringLower(SHA256.HashData(stream)), facts.Weights, facts.Opset);
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException($"'{source}' cannot be used as a model: {wrong.Message}.", wrong);
        }
    }
}
