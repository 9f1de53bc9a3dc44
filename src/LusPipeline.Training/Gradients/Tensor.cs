namespace LusPipeline.Training.Gradients;

/// <summary>A value of a <see cref="TensorGraph"/>.</summary>
/// <param name="Name">Its name in the ONNX graph.</param>
/// <param name="Shape">Its sizes; empty for a scalar. -1 stands for a size that is known only when the graph runs.</param>
internal readonly record struct Tensor(string Name, int[] Shape)
{
    public int Rank => Shape.Length;

    /// <summary>The size of the last axis.</summary>
    public int Width => Shape[^1];
}
