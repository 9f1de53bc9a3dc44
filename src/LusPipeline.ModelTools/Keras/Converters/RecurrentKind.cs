namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>The kind of a recurrent layer: its operator, and how its gates are ordered in Keras and in ONNX.</summary>
/// <param name="Operation">The ONNX operator.</param>
/// <param name="Gates">For each gate in ONNX' order, its position in Keras' kernel.</param>
/// <param name="Activation">Keras' default activation for the candidate state (and for an LSTM's output).</param>
public sealed record RecurrentKind(string Operation, int[] Gates, string Activation = "tanh")
{
    /// <summary>Order of gates in Keras: input, forget, cell, output. In ONNX: input, output, forget, cell.</summary>
    public static RecurrentKind Lstm { get; } = new("LSTM", [0, 3, 1, 2]);

    /// <summary>Order of gates in both: update, reset, hidden.</summary>
    public static RecurrentKind Gru { get; } = new("GRU", [0, 1, 2]);

    public static RecurrentKind Simple { get; } = new("RNN", [0]);

    public static RecurrentKind? Find(string className) => className switch
    {
        "LSTM" => Lstm,
        "GRU" => Gru,
        "SimpleRNN" => Simple,
        _ => null,
    };
}
