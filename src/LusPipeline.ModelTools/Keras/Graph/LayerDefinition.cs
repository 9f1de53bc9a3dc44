namespace LusPipeline.ModelTools.Keras.Graph;

/// <summary>A layer as the model's configuration describes it. It may be called several times; its weights are the same each time.</summary>
internal sealed class LayerDefinition
{
    public required string Name { get; init; }

    /// <summary>Keras' class name without a package, such as <c>Conv2D</c>.</summary>
    public required string ClassName { get; init; }

    /// <summary>Where it stands, for errors: the names of the models around it and its own, divided by '/'.</summary>
    public required string Place { get; init; }

    public required LayerSettings Settings { get; init; }

    /// <summary>The layers inside, when it is a model itself.</summary>
    public ModelDefinition? Model { get; init; }

    /// <summary>The layer inside a wrapper such as TimeDistributed.</summary>
    public LayerDefinition? Inner { get; init; }

    public IReadOnlyList<LayerCall> Calls { get; init; } = [];

    /// <summary>Frozen layers keep their weights in another order in Keras 2 files.</summary>
    public bool Trainable { get; init; } = true;

    public override string ToString() => $"the layer '{Place}' of class {ClassName}";
}
