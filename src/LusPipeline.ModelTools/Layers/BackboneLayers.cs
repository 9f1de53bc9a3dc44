using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using Microsoft.ML.OnnxRuntime;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.ModelTools.Layers;

/// <summary>
/// Adds layers to the features that a backbone gives, and takes them away again. A layer that gives pictures [N,C,H,W] is averaged over each picture, which
/// gives C values a frame.
/// </summary>
internal static class BackboneLayers
{
    /// <summary>The name of the features of a backbone that had one layer.</summary>
    private const string First = "layers/first";

    /// <summary>Writes a copy of a backbone whose features vector has further layers at its end.</summary>
    /// <param name="source">The path of a backbone's ONNX file, of any variant.</param>
    /// <param name="layers">The names of nodes or values of its graph.</param>
    /// <param name="target">The path of the new file, which must not exist.</param>
    /// <returns>The layers that were added, with the number of their values.</returns>
    /// <exception cref="InvalidDataException">The file is not a backbone, or has no such layer.</exception>
    public static IReadOnlyList<BundleLayer> Append(string source, IReadOnlyList<string> layers, string target)
    {
        var model = OnnxFile.Read(source);
        var graph = model.Graph;
        var values = layers.Select(layer => ValueOf(graph, layer)).ToList();
        var types = Types(model, values, target);
        var parts = FeatureParts.Find(graph);
        if (parts is null)
        {
            // The name of the output becomes free.
            ValueNames.Rename(graph.Node, OnnxContract.Features, First);
            parts = FeatureParts.Make([First]);
            graph.Node.Add(parts);
        }
        graph.Node.Remove(parts);
        var added = new List<BundleLayer>();
        for (var i = 0; i < layers.Count; i++)
        {
            var (channels, isPicture, isHalf) = types[i];
            var value = values[i];
            var place = $"layers/{layers[i]}";
            if (isHalf)
                value = Node(graph, "Cast", $"{place}/float", value, OnnxAttribute.Int("to", (int)DataType.Float));
            if (isPicture)
            {
                value = Node(graph, "GlobalAveragePool", $"{place}/pooled", value);
                value = Node(graph, "Flatten", $"{place}/features", value, OnnxAttribute.Int("axis", 1));
            }
            parts.Input.Add(value);
            added.Add(new(layers[i], channels));
        }
        graph.Node.Add(parts);
        FeatureParts.SetWidth(graph, OnnxContract.BackboneSize(source).Features + added.Sum(layer => layer.Features));
        OnnxFile.Write(target, model);
        return added;
    }

    /// <summary>Writes a copy of a backbone that computes some of its layers only. What no kept layer needs is left out.</summary>
    /// <param name="all">The layers of the source's features vector.</param>
    /// <param name="keep">For each of them, whether it stays.</param>
    /// <inheritdoc cref="Append"/>
    public static void Keep(string source, IReadOnlyList<BundleLayer> all, IReadOnlyList<bool> keep, string target)
    {
        var model = OnnxFile.Read(source);
        var graph = model.Graph;
        if (FeatureParts.Find(graph) is not { } parts || parts.Input.Count != all.Count)
            throw new InvalidDataException($"its features are not the {all.Count} layers that the manifest names");
        KeepParts(graph, keep);
        FeatureParts.SetWidth(graph, all.Where((_, i) => keep[i]).Sum(layer => layer.Features));
        OnnxFile.Write(target, model);
    }

    /// <summary>Leaves parts of the features vector out, and what only they need. The width of the graph's output is the caller's matter.</summary>
    /// <param name="graph">A backbone's graph, changed in place.</param>
    /// <param name="keep">For each part in its order, whether it stays.</param>
    public static void KeepParts(GraphProto graph, IReadOnlyList<bool> keep)
    {
        if (keep.All(kept => kept))
            return;
        var parts = FeatureParts.Find(graph)!;
        var kept = parts.Input.Where((_, i) => keep[i]).ToList();
        graph.Node.Remove(parts);
        graph.Node.Add(kept is [var only]
            ? new NodeProto { Name = FeatureParts.NodeName, OpType = "Identity", Input = { only }, Output = { OnnxContract.Features } }
            : FeatureParts.Make(kept));
        UnreadParts.Remove(graph);
    }

    /// <summary>The name of the layer that gives the features of a backbone of one layer.</summary>
    public static string NameOfFeatures(string source)
    {
        var producer = OnnxFile.Read(source).Graph.Node.FirstOrDefault(node => node.Output.Contains(OnnxContract.Features));
        return producer is { Name.Length: > 0 } named ? named.Name : OnnxContract.Features;
    }

    private static string ValueOf(GraphProto graph, string layer)
    {
        var node = graph.Node.FirstOrDefault(node => node.Output.Contains(layer)) ?? graph.Node.FirstOrDefault(node => node.Name == layer);
        if (node is null || node.Output.Contains(OnnxContract.Features))
        {
            var names = graph.Node.Select(one => one.Name).Where(name => name.Length > 0 && !name.Contains('/', StringComparison.Ordinal)).Distinct().TakeLast(8);
            throw new InvalidDataException($"it has no layer '{layer}' before its features; its last layers are {string.Join(", ", names.Select(name => $"'{name}'"))}");
        }
        return Rounded(graph, node.Output.Contains(layer) ? layer : node.Output[0]);
    }

    /// <summary>
    /// In an int8 graph, the value as later nodes read it: quantized and back. A further reader of the float value would keep ONNX Runtime from computing
    /// its layer in int8.
    /// </summary>
    private static string Rounded(GraphProto graph, string value)
    {
        if (graph.Node.Where(node => node.Input.Contains(value)).ToList() is not [{ OpType: "QuantizeLinear" } quantized])
            return value;
        return graph.Node.FirstOrDefault(node => node.OpType == "DequantizeLinear" && node.Input[0] == quantized.Output[0])?.Output[0] ?? value;
    }

    /// <summary>Asks ONNX Runtime for the shapes and types of values inside the graph.</summary>
    private static List<(int Channels, bool IsPicture, bool IsHalf)> Types(ModelProto model, IReadOnlyList<string> values, string target) =>
        InnerValues.Open(model, values, Path.GetDirectoryName(Path.GetFullPath(target))!, path =>
        {
            using var session = OnnxSession.OpenForMetadata(path);
            return values.Select(value => Type(value, session.OutputMetadata[value])).ToList();
        });

    private static (int Channels, bool IsPicture, bool IsHalf) Type(string value, NodeMetadata metadata)
    {
        var isHalf = metadata.IsTensor && metadata.ElementType == typeof(Float16);
        if (metadata.IsTensor && (isHalf || metadata.ElementType == typeof(float)) && metadata.Dimensions is [_, > 0] or [_, > 0, _, _])
            return (metadata.Dimensions[1], metadata.Dimensions.Length == 4, isHalf);
        throw new InvalidDataException($"'{value}' gives neither pictures [any, channels, height, width] nor values [any, length] of floating point");
    }

    private static string Node(GraphProto graph, string operation, string output, string input, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { Name = output, OpType = operation, Input = { input }, Output = { output } };
        node.Attribute.AddRange(attributes.ToArray());
        graph.Node.Add(node);
        return output;
    }
}
