namespace LusPipeline.Models.Bundles;

/// <summary>The parts of an ONNX graph's node that are read.</summary>
/// <param name="Operation">The ONNX operator.</param>
/// <param name="Inputs">The names of the values that it reads.</param>
/// <param name="Outputs">The names of the values that it computes.</param>
public sealed record OnnxNode(string Operation, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);
