namespace LusPipeline.ModelTools.Keras.Converters;

/// <summary>A recurrent layer's kind: how many gates its weights hold, and where ONNX' gates stand among Keras'.</summary>
/// <param name="Operation">ONNX' operator.</param>
/// <param name="Gates">For each of ONNX' gates, in order, its position in Keras' kernel.</param>
/// <param name="Activation">Keras' default for the candidate (and an LSTM's output).</param>
internal sealed record RecurrentKind(string Operation, int[] Gates, string Activation = "tanh")
{
    /// <summary>Keras: input, forget, cell, output. ONNX: input, output, forget, cell.</summary>
    public static RecurrentKind Lstm { get; } = new("LSTM", [0, 3, 1, 2]);

    /// <summary>Both: update, reset, hidden.</summary>
    public static RecurrentKind Gru { get; } = new("GRU", [0, 1, 2]);

    public static RecurrentKind Simple { get; } = new("RNN", [0]);

    public static RecurrentKind? Of(string className) => className switch
    {
        "LSTM" => Lstm,
        "GRU" => Gru,
        "SimpleRNN" => Simple,
        _ => null,
    };
}
