using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras.Reading;

/// <summary>The source of the layers' weights: a file, or generated values in tests.</summary>
internal interface IWeightSource
{
    /// <param name="layer">The layer.</param>
    /// <param name="slot">The weight's name.</param>
    /// <param name="shape">The shape that the layer's settings and input require.</param>
    /// <exception cref="ImportProblemException">The weight is missing, or has another shape.</exception>
    WeightTensor Read(LayerDefinition layer, string slot, ReadOnlySpan<int> shape);

    /// <summary>The actual shape of a weight.</summary>
    int[] Shape(LayerDefinition layer, string slot);
}
