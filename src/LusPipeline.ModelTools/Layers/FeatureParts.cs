using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Inference;

namespace LusPipeline.ModelTools.Layers;

/// <summary>The node of a backbone's graph that puts layers after each other into the features vector.</summary>
internal static class FeatureParts
{
    /// <summary>The name of the node. Backbones of one layer have none.</summary>
    public const string NodeName = "layers/concatenated";

    /// <summary>The node, whose inputs are the layers in their order; null in a backbone of one layer.</summary>
    public static NodeProto? Find(GraphProto graph) =>
        graph.Node.FirstOrDefault(node => node.OpType == "Concat" && node.Name == NodeName && node.Output is [OnnxContract.Features]);

    public static NodeProto Make(IEnumerable<string> parts)
    {
        var node = new NodeProto { Name = NodeName, OpType = "Concat", Attribute = { OnnxAttribute.Int("axis", 1) }, Output = { OnnxContract.Features } };
        node.Input.AddRange(parts);
        return node;
    }

    /// <summary>Sets the number of values of the graph's output.</summary>
    public static void SetWidth(GraphProto graph, int width)
    {
        var shape = graph.Output.Single(output => output.Name == OnnxContract.Features).Type.TensorType.Shape;
        shape.Dim[^1].DimValue = width;
    }
}
