using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.ModelTools.Layers;

/// <summary>A layer whose features are the means of its pictures [N,K,h,w].</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="First">The column of the features vector at which the layer begins, from 0.</param>
/// <param name="Features">K.</param>
/// <param name="Output">The name of the graph's output that gives the pictures, float32.</param>
public sealed record MappedLayer(string Name, int First, int Features, string Output);

/// <summary>A part of the features vector that the changed graph computes.</summary>
/// <param name="First">Its first column in the bundle's vector.</param>
/// <param name="Computed">Its first column in the changed graph's vector.</param>
/// <param name="Count">The number of columns.</param>
public readonly record struct ComputedColumns(int First, int Computed, int Count);

/// <summary>What a changed backbone gives.</summary>
/// <param name="Mapped">The layers with pictures.</param>
/// <param name="Unmapped">Names of layers that the head reads and that are no means of pictures.</param>
/// <param name="Columns">The columns that it computes.</param>
public sealed record MappedLayers(IReadOnlyList<MappedLayer> Mapped, IReadOnlyList<string> Unmapped, IReadOnlyList<ComputedColumns> Columns);

/// <summary>Opens a backbone's graph: what it averages to features becomes outputs, too, and what the head does not read is left out.</summary>
public static class FeatureMaps
{
    /// <param name="bundle">A bundle with a head.</param>
    /// <param name="variant">fp32 or int8.</param>
    /// <param name="target">The path of the changed graph, which must not exist.</param>
    /// <exception cref="BundleException">The bundle has no head, or a file is not an ONNX model.</exception>
    public static MappedLayers Write(Bundle bundle, string variant, string target)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var path = bundle.PathOf(bundle.Backbone(variant));
        try
        {
            var model = OnnxFile.Read(path);
            var read = HeadColumns.Read(bundle.PathOf(bundle.Head), bundle.Features);
            var layers = Open(model.Graph, bundle, read);
            OnnxFile.Write(target, model);
            return layers;
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException($"'{path}' cannot be opened for its pictures: {wrong.Message}.", wrong);
        }
    }

    private static MappedLayers Open(GraphProto graph, Bundle bundle, IReadOnlyList<ColumnRange> read)
    {
        var all = bundle.Manifest.LayersByColumn().Select(one => (one.Layer.Name, one.First, Width: one.Layer.Features)).ToList();
        List<string> parts;
        if (all.Count > 1 && FeatureParts.Find(graph) is { } node && node.Input.Count == all.Count)
        {
            parts = [.. node.Input];
        }
        else
        {
            all = [(all is [var only] ? only.Name : NameOf(graph), 0, bundle.Features)];
            parts = [OnnxContract.Features];
        }
        var kept = Enumerable.Range(0, all.Count).Where(i => read.Any(range => range.From < all[i].First + all[i].Width && range.To > all[i].First)).ToList();
        BackboneLayers.KeepParts(graph, [.. Enumerable.Range(0, all.Count).Select(kept.Contains)]);

        var (mapped, unmapped, columns, computed) = (new List<MappedLayer>(), new List<string>(), new List<ComputedColumns>(), 0);
        foreach (var i in kept)
        {
            columns.Add(new(all[i].First, computed, all[i].Width));
            computed += all[i].Width;
            if (Averaged(graph, parts[i]) is { } pictures)
                mapped.Add(new(all[i].Name, all[i].First, all[i].Width, pictures));
            else
                unmapped.Add(all[i].Name);
        }
        FeatureParts.SetWidth(graph, computed);
        foreach (var output in mapped.Select(layer => layer.Output).Distinct())
            graph.Output.Add(new ValueInfoProto { Name = output });
        return new(mapped, unmapped, columns);
    }

    /// <summary>The pictures [N,K,h,w] whose means a value is; null if it is something else.</summary>
    private static string? Averaged(GraphProto graph, string value)
    {
        for (var steps = 0; steps <= graph.Node.Count; steps++)
        {
            var node = graph.Node.FirstOrDefault(node => node.Output.Contains(value));
            switch (node?.OpType)
            {
                case "Identity" or "Flatten" or "Reshape" or "Squeeze":
                    value = node.Input[0];
                    break;
                case "GlobalAveragePool":
                    return node.Input[0];
                case "ReduceMean" when Axes(graph, node) is { } axes && axes.Order().SequenceEqual([2L, 3L]):
                    return node.Input[0];
                default:
                    return null;
            }
        }
        return null;
    }

    private static IEnumerable<long>? Axes(GraphProto graph, NodeProto node) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == "axes")?.Ints ?? (node.Input.Count > 1 ? new OnnxConstants(graph).Integers(node.Input[1]) : null)?.AsEnumerable();

    private static string NameOf(GraphProto graph) =>
        graph.Node.FirstOrDefault(node => node.Output.Contains(OnnxContract.Features)) is { Name.Length: > 0 } named ? named.Name : OnnxContract.Features;
}
