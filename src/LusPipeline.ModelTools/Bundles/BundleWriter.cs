using System.Security.Cryptography;
using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.ModelTools.Bundles;

/// <summary>Writes a bundle's folder, completely or not at all.</summary>
public static class BundleWriter
{
    private const string CardFile = "README.md";

    /// <summary>
    /// Copies the files into a new folder, writes the manifest and checks the result as <see cref="Bundle.Load"/> would. Only then the folder gets its
    /// final name.
    /// </summary>
    /// <param name="folder">The bundle's folder, which must not exist, or be empty.</param>
    /// <exception cref="BundleException">The folder is in use or cannot be written, or the contents are not a valid bundle.</exception>
    public static Bundle Write(string folder, BundleContents contents)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(contents);
        if (contents.Backbones.Count == 0)
            throw new BundleException("A bundle needs at least one backbone.");
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        RequireFree(target);
        var unfinished = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(unfinished);
            ManifestFile.Write(unfinished, CopyFiles(unfinished, contents));
            Bundle.Load(unfinished);
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

    /// <summary>Writes a copy of a bundle with one variant added or replaced. Everything else is unchanged.</summary>
    /// <param name="source">The source bundle, which is not changed.</param>
    /// <param name="variant">One of <see cref="BundleVariant.All"/>.</param>
    /// <param name="backbone">The path of an ONNX file with the same inputs and outputs as the bundle's backbones.</param>
    /// <param name="folder">The new bundle's folder, which must not exist, or be empty.</param>
    /// <returns>The new bundle, with another id.</returns>
    /// <exception cref="BundleException">The folder is in use or cannot be written, or the file is not such a backbone.</exception>
    public static Bundle WithVariant(Bundle source, string variant, string backbone, string folder)
    {
        ArgumentNullException.ThrowIfNull(source);
        RequireFree(folder);
        using (var session = OnnxSession.OpenForMetadata(backbone))
            OnnxContract.CheckBackbone(session, source.Height, source.Width, source.Features, backbone);
        try
        {
            Directory.CreateDirectory(folder);
            var manifest = source.Manifest;
            var kept = manifest.Inference.Backbones.Where(pair => pair.Key != variant).ToDictionary();
            var files = kept.Values.Select(model => model.File).Concat(manifest.Licences.Select(licence => licence.File));
            if (manifest.Inference.Head is { } head)
                files = files.Append(head.File);
            files = files.Concat(manifest.Heads.Values.Select(further => further.Model.File));
            if (manifest.Card is { } card)
                files = files.Append(card);
            foreach (var file in files.Distinct(StringComparer.Ordinal))
                File.Copy(Path.Combine(source.Folder, file), Path.Combine(folder, file));
            kept[variant] = CopyModel(backbone, folder, $"backbone.{variant}.onnx");
            ManifestFile.Write(folder, manifest with
            {
                Checked = null,
                Heads = manifest.Heads.ToDictionary(further => further.Key, further => further.Value with { Checked = null }),
                Inference = manifest.Inference with { Backbones = kept },
            });
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"The bundle '{folder}' cannot be written: {failed.Message}", failed);
        }
        return Bundle.Load(folder);
    }

    /// <summary>
    /// Moves the variant that only <paramref name="extended"/> has into a bundle. The model is moved first, then the manifest is replaced atomically.
    /// </summary>
    /// <param name="target">The bundle from which <paramref name="extended"/> was made. Both must be on the same file system.</param>
    /// <param name="extended">A bundle from <see cref="WithVariant"/>. It loses its files.</param>
    /// <exception cref="BundleException">The bundle already has the variant, or cannot be written.</exception>
    public static Bundle MoveVariant(Bundle target, Bundle extended, string variant)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(extended);
        if (target.HeadName is not null)
            throw new BundleException($"All heads of '{target.Folder}' have the same variants: give the bundle without ':{target.HeadName}', or write a new bundle with --out.");
        if (target.Variants.Contains(variant))
            throw new BundleException($"The bundle '{target.Folder}' has the variant '{variant}' already. Write a new bundle with --out.");
        try
        {
            var model = extended.Backbone(variant);
            File.Move(extended.PathOf(model), target.PathOf(model), overwrite: true);
            File.Move(Path.Combine(extended.Folder, BundleManifest.FileName), Path.Combine(target.Folder, BundleManifest.FileName), overwrite: true);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"The bundle '{target.Folder}' cannot be written: {failed.Message}", failed);
        }
        return Bundle.Load(target.Folder);
    }

    /// <summary>Records in the manifest that this version has checked the bundle. The bundle's id does not change.</summary>
    /// <exception cref="BundleException">The manifest cannot be written.</exception>
    public static Bundle MarkChecked(Bundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        try
        {
            var mark = BundleCheck.ByThisProgram(bundle);
            var whole = bundle.WholeManifest;
            ManifestFile.Replace(bundle.Folder, bundle.HeadName is not { } name ? whole with { Checked = mark } : whole with
            {
                Heads = whole.Heads.ToDictionary(head => head.Key, head => head.Key == name ? head.Value with { Checked = mark } : head.Value),
            });
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"The bundle '{bundle.Folder}' cannot be written: {failed.Message}", failed);
        }
        return Bundle.Load(bundle.Reference);
    }

    /// <exception cref="BundleException">Something other than an empty folder exists there.</exception>
    public static void RequireFree(string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new BundleException($"'{folder}' exists and is not empty. Give another folder, or remove it first.");
    }

    private static BundleManifest CopyFiles(string folder, BundleContents contents)
    {
        var backbones = contents.Backbones.ToDictionary(
            pair => pair.Key,
            pair => CopyModel(pair.Value, folder, $"backbone.{pair.Key}.onnx"));
        var head = contents.Head is null ? null : CopyModel(contents.Head, folder, "head.onnx");
        var heads = contents.Heads.ToDictionary(
            pair => pair.Key, pair => pair.Value.Facts with { Model = CopyModel(pair.Value.Path, folder, $"{pair.Key}.head.onnx"), Checked = null });
        var size = CheckModels(contents);
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
            Training = contents.Training,
            Layers = contents.Layers,
            Heads = heads,
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

    /// <summary>Opens the models to read their inputs and outputs.</summary>
    private static (int Height, int Width, int Features) CheckModels(BundleContents contents)
    {
        var size = OnnxContract.BackboneSize(contents.Backbones.Values.First());
        foreach (var path in contents.Backbones.Values)
        {
            using var backbone = OnnxSession.OpenForMetadata(path);
            OnnxContract.CheckBackbone(backbone, size.Height, size.Width, size.Features, path);
        }
        foreach (var headPath in contents.Heads.Values.Select(further => further.Path).Append(contents.Head).OfType<string>())
        {
            using var head = OnnxSession.OpenForMetadata(headPath);
            OnnxContract.CheckHead(head, contents.Frames, size.Features, headPath);
        }
        return size;
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
