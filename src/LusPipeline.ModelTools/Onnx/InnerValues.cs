namespace LusPipeline.ModelTools.Onnx;

/// <summary>Makes values inside a graph its outputs, so that ONNX Runtime computes them, or says their types and shapes.</summary>
internal static class InnerValues
{
    /// <param name="model">The model, which is not changed.</param>
    /// <param name="values">Names of values of the graph. ONNX Runtime infers the types of outputs that have only a name.</param>
    /// <param name="scratch">A folder for the changed model's file, which exists while it is used.</param>
    /// <param name="use">Receives the file's path.</param>
    public static T Open<T>(ModelProto model, IReadOnlyList<string> values, string scratch, Func<string, T> use)
    {
        var open = model.Clone();
        var outputs = open.Graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var value in values.Where(outputs.Add))
            open.Graph.Output.Add(new ValueInfoProto { Name = value });
        var path = Path.Combine(scratch, $"{Guid.NewGuid():N}.onnx");
        try
        {
            OnnxFile.Write(path, open);
            return use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
