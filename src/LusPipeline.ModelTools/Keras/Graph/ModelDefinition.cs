namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>A Functional or Sequential model.</summary>
internal sealed class ModelDefinition
{
    public required string Name { get; init; }

    public required string Place { get; init; }

    /// <summary>The layers in Keras' order. Weights are counted in this order too.</summary>
    public required IReadOnlyList<LayerDefinition> Layers { get; init; }

    public required IReadOnlyList<TensorReference> Inputs { get; init; }

    public required IReadOnlyList<TensorReference> Outputs { get; init; }

    /// <summary>The shape of each input, without the batch axis. null stands for an axis that is not fixed.</summary>
    public required IReadOnlyList<int?[]> InputShapes { get; init; }
}
