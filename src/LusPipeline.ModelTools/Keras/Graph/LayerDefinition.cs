namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>A layer as the model's configuration describes it. It may be called several times, always with the same weights.</summary>
internal sealed class LayerDefinition
{
    public required string Name { get; init; }

    /// <summary>Keras' class name without a package, such as <c>Conv2D</c>.</summary>
    public required string ClassName { get; init; }

    /// <summary>The layer's path, for error messages: the names of the enclosing models and its own, separated by '/'.</summary>
    public required string Place { get; init; }

    public required LayerSettings Settings { get; init; }

    /// <summary>The nested model, if the layer is a model; otherwise null.</summary>
    public ModelDefinition? Model { get; init; }

    /// <summary>The wrapped layer, if this is a wrapper such as TimeDistributed; otherwise null.</summary>
    public LayerDefinition? Inner { get; init; }

    public IReadOnlyList<LayerCall> Calls { get; init; } = [];

    /// <summary>Whether the layer's weights are trained. Keras 2 files store the weights of frozen layers in another order.</summary>
    public bool Trainable { get; init; } = true;

    public override string ToString() => $"the layer '{Place}' of class {ClassName}";
}
