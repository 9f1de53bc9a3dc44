using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Export;

/// <summary>A layer of a head, with its weights in Keras' layout.</summary>
internal abstract record HeadLayer(string Name)
{
    /// <summary>An LSTM. Keras' order of gates is input, forget, cell, output.</summary>
    /// <param name="Kernel">[features, 4·units].</param>
    /// <param name="Recurrent">[units, 4·units].</param>
    /// <param name="Bias">[4·units], or null.</param>
    public sealed record Lstm(
        string Name, int Units, string Activation, string RecurrentActivation, WeightTensor Kernel, WeightTensor Recurrent, WeightTensor? Bias) : HeadLayer(Name);

    /// <summary>Makes one vector of an LSTM's states at all frames.</summary>
    /// <param name="ClassName">Keras' class.</param>
    public sealed record Pooling(string Name, string ClassName) : HeadLayer(Name);

    /// <param name="Kernel">[in, units].</param>
    /// <param name="Bias">[units], or null.</param>
    public sealed record Dense(string Name, string Activation, WeightTensor Kernel, WeightTensor? Bias) : HeadLayer(Name);
}
