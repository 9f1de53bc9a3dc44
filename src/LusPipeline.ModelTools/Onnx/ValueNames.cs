using Google.Protobuf.Collections;

namespace LusPipeline.ModelTools.Onnx;

/// <summary>Renames values of a graph.</summary>
internal static class ValueNames
{
    /// <summary>Gives a value another name wherever a node computes or reads it.</summary>
    public static void Rename(IEnumerable<NodeProto> nodes, string from, string to)
    {
        foreach (var node in nodes)
        {
            Rename(node.Input, from, to);
            Rename(node.Output, from, to);
        }
    }

    /// <summary>Lets all nodes that read a value read another one.</summary>
    public static void RenameRead(IEnumerable<NodeProto> nodes, string from, string to)
    {
        foreach (var node in nodes)
            Rename(node.Input, from, to);
    }

    private static void Rename(RepeatedField<string> names, string from, string to)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == from)
                names[i] = to;
        }
    }
}
