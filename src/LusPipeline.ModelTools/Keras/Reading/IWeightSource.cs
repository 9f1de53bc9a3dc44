using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>Where the weights of layers come from: a file, or in tests nowhere.</summary>
internal interface IWeightSource
{
    /// <param name="layer">The layer.</param>
    /// <param name="slot">The weight's name.</param>
    /// <param name="shape">What the layer's settings and input ask for.</param>
    /// <exception cref="ImportProblemException">It is not there, or of another shape.</exception>
    WeightTensor Read(LayerDefinition layer, string slot, ReadOnlySpan<int> shape);

    /// <summary>The shape that a weight has.</summary>
    int[] Shape(LayerDefinition layer, string slot);
}
