namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>A Functional or Sequential model.</summary>
internal sealed class ModelDefinition
{
    public required string Name { get; init; }

    public required string Place { get; init; }

    /// <summary>In Keras' order, in which weights are counted too.</summary>
    public required IReadOnlyList<LayerDefinition> Layers { get; init; }

    public required IReadOnlyList<TensorReference> Inputs { get; init; }

    public required IReadOnlyList<TensorReference> Outputs { get; init; }

    /// <summary>Without the batch axis; null for an axis that is not fixed. One for each input.</summary>
    public required IReadOnlyList<int?[]> InputShapes { get; init; }
}
