using LusPipeline.ModelTools.Bundles;
using LusPipeline.Models.Bundles;

namespace LusPipeline.ModelTools.Layers;

/// <summary>Makes bundles whose features vector has more layers, or fewer, than that of another bundle. Predictions stay the same.</summary>
public static class LayeredBundle
{
    /// <summary>Writes a bundle whose features vector has further layers at its end. Each head reads what it read before.</summary>
    /// <param name="source">The source bundle, which is not changed.</param>
    /// <param name="layers">The names of the layers, as in the file from which the backbone was imported.</param>
    /// <param name="folder">The new bundle's folder, which must not exist, or be empty.</param>
    /// <exception cref="BundleException">A backbone has no such layer, or the folder cannot be written.</exception>
    public static Bundle Append(Bundle source, IReadOnlyList<string> layers, string folder)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(layers);
        return Make(source, folder, scratch =>
        {
            IReadOnlyList<BundleLayer> all = source.Manifest.Layers.Count > 0
                ? source.Manifest.Layers
                : [new(BackboneLayers.NameOfFeatures(source.PathOf(source.Backbone(source.Variants[0]))), source.Features)];
            if (layers.FirstOrDefault(layer => all.Any(known => known.Name == layer)) is { } twice)
                throw new BundleException($"The features of '{source.Folder}' have the layer '{twice}' already.");
            IReadOnlyList<BundleLayer> added = [];
            var backbones = Convert(source, scratch, (from, to) =>
            {
                var now = BackboneLayers.Append(from, layers, to);
                if (added.Count > 0 && !now.SequenceEqual(added))
                    throw new InvalidDataException("its layers have another size than those of the other variants");
                added = now;
            });
            all = [.. all, .. added];
            var width = all.Sum(layer => layer.Features);
            var heads = source.Manifest.Heads.ToDictionary(
                head => head.Key, head => new HeadSource(Moved(source, head.Value.Model, $"head.{head.Key}", scratch, width, column => column), head.Value));
            return BundleContents.Of(source) with { Backbones = backbones, Head = Head(source, scratch, width, column => column), Heads = heads, Layers = all };
        });
    }

    /// <summary>
    /// Writes a bundle that computes the layers alone that its head reads. What comes after the last of them in the backbone is left out, and so are the
    /// further heads, which may read it.
    /// </summary>
    /// <param name="source">The source bundle, which is not changed.</param>
    /// <param name="folder">The new bundle's folder, which must not exist, or be empty.</param>
    /// <exception cref="BundleException">The bundle has no head, or its head reads every layer, or the folder cannot be written.</exception>
    public static Bundle Slim(Bundle source, string folder)
    {
        ArgumentNullException.ThrowIfNull(source);
        var all = source.Manifest.Layers;
        var keep = Read(source);
        if (HeadReadsAll(source))
            throw new BundleException($"The head of '{source.Folder}' reads all its features, so there is nothing to leave out.");
        return Make(source, folder, scratch =>
        {
            var backbones = Convert(source, scratch, (from, to) => BackboneLayers.Keep(from, all, keep, to));
            IReadOnlyList<BundleLayer> kept = [.. all.Where((_, i) => keep[i])];
            return BundleContents.Of(source) with
            {
                Backbones = backbones,
                Head = Head(source, scratch, kept.Sum(layer => layer.Features), column => column - LeftOutBefore(column)),
                Heads = new Dictionary<string, HeadSource>(),
                Layers = kept,
            };
        });

        int LeftOutBefore(int column) =>
            source.Manifest.LayersByColumn().Where((layer, i) => !keep[i] && layer.First < column).Sum(layer => layer.Layer.Features);
    }

    /// <summary>Whether a bundle's head reads every layer, so that its slim form would be the same.</summary>
    /// <exception cref="BundleException">The bundle has no head, or its file is not an ONNX model.</exception>
    public static bool HeadReadsAll(Bundle source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Read(source).All(kept => kept);
    }

    /// <summary>The path of a head for all the layers, made from one that was trained on the first of them alone; its own path if it takes all of them.</summary>
    /// <param name="head">The path of an ONNX file. The new file is written beside it.</param>
    /// <exception cref="BundleException">The file is not an ONNX model.</exception>
    public static string HeadForFirst(string head, IReadOnlyList<BundleLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        try
        {
            var width = HeadColumns.Width(head);
            if (width != layers[0].Features)
                return head;
            var target = $"{head}.layers.onnx";
            HeadColumns.Move(head, width, layers.Sum(layer => layer.Features), column => column, target);
            return target;
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException($"'{head}' cannot be used: {wrong.Message}.", wrong);
        }
    }

    /// <summary>For each layer of a bundle, whether its head reads it.</summary>
    /// <exception cref="BundleException">The bundle has no head, or its file is not an ONNX model.</exception>
    private static List<bool> Read(Bundle source)
    {
        var path = source.PathOf(source.Head);
        try
        {
            var ranges = HeadColumns.Read(path, source.Features);
            return [.. source.Manifest.LayersByColumn().Select(one => ranges.Any(range => range.From < one.First + one.Layer.Features && range.To > one.First))];
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException($"'{path}' cannot be used: {wrong.Message}.", wrong);
        }
    }

    /// <param name="convert">Writes the converted files into a folder, which exists until the bundle is written.</param>
    private static Bundle Make(Bundle source, string folder, Func<string, BundleContents> convert)
    {
        BundleWriter.RequireFree(folder);
        var scratch = Directory.CreateDirectory($"{Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))}.{Guid.NewGuid():N}.tmp");
        try
        {
            return BundleWriter.Write(folder, convert(scratch.FullName));
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException($"The layers of '{source.Folder}' cannot be changed: {wrong.Message}.", wrong);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static Dictionary<string, string> Convert(Bundle source, string scratch, Action<string, string> convert)
    {
        var backbones = new Dictionary<string, string>();
        foreach (var variant in source.Variants)
        {
            var target = Path.Combine(scratch, $"{variant}.onnx");
            try
            {
                convert(source.PathOf(source.Backbone(variant)), target);
            }
            catch (InvalidDataException wrong)
            {
                throw new BundleException($"'{source.PathOf(source.Backbone(variant))}': {wrong.Message}.", wrong);
            }
            backbones.Add(variant, target);
        }
        return backbones;
    }

    private static string? Head(Bundle source, string scratch, int width, Func<int, int> move) =>
        source.HasHead ? Moved(source, source.Head, "head", scratch, width, move) : null;

    private static string Moved(Bundle source, BundleModel head, string name, string scratch, int width, Func<int, int> move)
    {
        var target = Path.Combine(scratch, $"{name}.onnx");
        HeadColumns.Move(source.PathOf(head), source.Features, width, move, target);
        return target;
    }
}
