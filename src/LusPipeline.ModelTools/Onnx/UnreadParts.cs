namespace LusPipeline.ModelTools.Onnx;

/// <summary>Removes the nodes and initializers that no output of a graph needs.</summary>
internal static class UnreadParts
{
    public static void Remove(GraphProto graph)
    {
        var read = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var kept = new List<NodeProto>();
        foreach (var node in graph.Node.Reverse().Where(node => node.Output.Any(read.Contains)))
        {
            read.UnionWith(node.Input);
            kept.Add(node);
        }
        kept.Reverse();
        graph.Node.Clear();
        graph.Node.AddRange(kept);
        var initializers = graph.Initializer.Where(tensor => read.Contains(tensor.Name)).ToList();
        graph.Initializer.Clear();
        graph.Initializer.AddRange(initializers);
    }
}
