using System.Runtime.InteropServices;
using Google.Protobuf;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Inference;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.ModelTools.Layers;

/// <summary>Columns of the features vector, from <paramref name="From"/> to before <paramref name="To"/>.</summary>
internal readonly record struct ColumnRange(int From, int To);

/// <summary>
/// The columns of the features vector that a head reads. A head that reads some of them begins with a Slice node over the last axis for each range; any other
/// head reads all of them.
/// </summary>
internal static class HeadColumns
{
    /// <param name="path">The head's ONNX file.</param>
    /// <param name="width">D, the number of features of one frame.</param>
    /// <exception cref="InvalidDataException">The file is not an ONNX model.</exception>
    public static IReadOnlyList<ColumnRange> Read(string path, int width)
    {
        var graph = OnnxFile.Read(path).Graph;
        var ranges = Slices(graph, width).Select(slice => slice.Range).ToList();
        return ranges.Count > 0 ? ranges : [new(0, width)];
    }

    /// <summary>D of the features vector that a head takes.</summary>
    /// <exception cref="InvalidDataException">The file is not a head with a fixed D.</exception>
    public static int Width(string path)
    {
        var input = OnnxFile.Read(path).Graph.Input.FirstOrDefault(input => input.Name == OnnxContract.Features);
        return input?.Type?.TensorType?.Shape?.Dim is [_, _, { DimValue: > 0 and <= int.MaxValue } width]
            ? (int)width.DimValue
            : throw new InvalidDataException($"it has no input {OnnxContract.Features} of a fixed length");
    }

    /// <summary>Writes a copy of a head for another features vector, in which its columns have other places.</summary>
    /// <param name="width">D of the head.</param>
    /// <param name="newWidth">D of the other vector.</param>
    /// <param name="move">Where the first column of a range is in the other vector. The columns of a range stay together.</param>
    /// <param name="target">The path of the new file, which must not exist.</param>
    /// <inheritdoc cref="Read"/>
    public static void Move(string source, int width, int newWidth, Func<int, int> move, string target)
    {
        var model = OnnxFile.Read(source);
        var graph = model.Graph;
        var slices = Slices(graph, width).ToList();
        if (slices.Count > 0)
        {
            foreach (var (node, range) in slices)
            {
                node.Input[1] = Constant(graph, $"{node.Output[0]}/moved/from", move(range.From));
                node.Input[2] = Constant(graph, $"{node.Output[0]}/moved/to", move(range.From) + range.To - range.From);
            }
        }
        else if (newWidth != width)
        {
            Insert(graph, new ColumnRange(move(0), move(0) + width));
        }
        graph.Input.Single(input => input.Name == OnnxContract.Features).Type.TensorType.Shape.Dim[^1].DimValue = newWidth;
        UnreadParts.Remove(graph);
        OnnxFile.Write(target, model);
    }

    /// <summary>The Slice nodes that read the features; none if another node reads them, too.</summary>
    private static IEnumerable<(NodeProto Node, ColumnRange Range)> Slices(GraphProto graph, int width)
    {
        var readers = graph.Node.Where(node => node.Input.Contains(OnnxContract.Features)).ToList();
        var ranges = readers.Select(node => Range(graph, node, width)).ToList();
        return ranges.Contains(null) ? [] : readers.Zip(ranges, (node, range) => (node, range!.Value));
    }

    /// <summary>The columns that a node takes; null if it takes something else.</summary>
    private static ColumnRange? Range(GraphProto graph, NodeProto node, int width)
    {
        if (node.OpType != "Slice" || node.Input.Count is not (4 or 5)
            || Number(graph, node.Input[1]) is not { } from || Number(graph, node.Input[2]) is not { } to || Number(graph, node.Input[3]) is not (2 or -1)
            || (node.Input.Count == 5 && Number(graph, node.Input[4]) is not 1))
            return null;
        to = Math.Min(to, width);
        return from >= 0 && from < to ? new((int)from, (int)to) : null;
    }

    private static long? Number(GraphProto graph, string name) =>
        graph.Initializer.FirstOrDefault(tensor => tensor.Name == name) is { DataType: (int)DataType.Int64 } tensor
            ? tensor.Int64Data is [var number] ? number
                : tensor.RawData.Length == sizeof(long) ? MemoryMarshal.Read<long>(tensor.RawData.Span)
                : null
            : null;

    private static void Insert(GraphProto graph, ColumnRange range)
    {
        const string Columns = "layers/columns";
        ValueNames.RenameRead(graph.Node, OnnxContract.Features, Columns);
        graph.Node.Insert(0, new NodeProto
        {
            Name = Columns,
            OpType = "Slice",
            Input = { OnnxContract.Features, Constant(graph, $"{Columns}/from", range.From), Constant(graph, $"{Columns}/to", range.To), Constant(graph, $"{Columns}/axis", 2) },
            Output = { Columns },
        });
    }

    private static string Constant(GraphProto graph, string name, long value)
    {
        graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)DataType.Int64,
            Dims = { 1 },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes([value])),
        });
        return name;
    }
}
