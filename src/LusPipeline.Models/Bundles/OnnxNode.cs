namespace LusPipeline.Models.Bundles;

/// <summary>What is read of one node of an ONNX graph.</summary>
/// <param name="Operation">ONNX' operator.</param>
/// <param name="Inputs">The names of the values that it reads.</param>
/// <param name="Outputs">The names of the values that it computes.</param>
internal sealed record OnnxNode(string Operation, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);
