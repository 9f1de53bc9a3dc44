using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Keras.Reading;

namespace LusPipeline.ModelTools.Keras;

/// <summary>A model in an open Keras file: its layers are read and checked, its weights are read when it is written out.</summary>
public sealed class KerasModel : IDisposable
{
    private readonly IDisposable _file;

    internal KerasModel(string path, string? kerasVersion, ModelDefinition definition, IWeightSource weights, bool weightsAlone, IDisposable file)
    {
        Path = path;
        KerasVersion = kerasVersion;
        Definition = definition;
        Weights = weights;
        WeightsAlone = weightsAlone;
        _file = file;
    }

    public string Path { get; }

    /// <summary>The Keras that wrote the model, where the file says so.</summary>
    public string? KerasVersion { get; }

    public string Name => Definition.Name;

    /// <summary>
    /// Without the batch; null for an axis that is not fixed. Three axes are an image [height, width, channels] and make a backbone, two a
    /// sequence [frames, features] and make a head, four a clip [frames, height, width, channels] and make both. Of the first input, where
    /// there are several.
    /// </summary>
    public IReadOnlyList<int?> InputShape => Definition.InputShapes[0];

    internal ModelDefinition Definition { get; }

    internal IWeightSource Weights { get; }

    /// <summary>One of <see cref="Architecture.Names"/>, filled from a file of weights.</summary>
    internal bool WeightsAlone { get; }

    public void Dispose() => _file.Dispose();
}
