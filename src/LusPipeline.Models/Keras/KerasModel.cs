using LusPipeline.Models.Keras.Graph;
using LusPipeline.Models.Keras.Reading;

namespace LusPipeline.Models.Keras;

/// <summary>A model in an open Keras file: its layers are read and checked, its weights are read when it is written out.</summary>
public sealed class KerasModel : IDisposable
{
    private readonly IDisposable _file;

    internal KerasModel(string path, string? kerasVersion, ModelDefinition definition, LayerWeights weights, IDisposable file)
    {
        Path = path;
        KerasVersion = kerasVersion;
        Definition = definition;
        Weights = weights;
        _file = file;
    }

    public string Path { get; }

    /// <summary>The Keras that wrote the model, where the file says so.</summary>
    public string? KerasVersion { get; }

    public string Name => Definition.Name;

    internal ModelDefinition Definition { get; }

    internal LayerWeights Weights { get; }

    public void Dispose() => _file.Dispose();
}
