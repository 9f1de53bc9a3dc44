using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Keras.Reading;

namespace LusPipeline.ModelTools.Keras;

/// <summary>A model in an open Keras file. Its layers are read and checked at once; its weights are read when it is exported.</summary>
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

    /// <summary>The Keras version that wrote the model; null if the file does not state it.</summary>
    public string? KerasVersion { get; }

    public string Name => Definition.Name;

    /// <summary>
    /// Shape of the first input, without the batch axis. null stands for an axis that is not fixed. Three axes are an image [height, width, channels],
    /// which gives a backbone. Two axes are a sequence [frames, features], which gives a head. Four axes are a clip [frames, height, width, channels],
    /// which gives both.
    /// </summary>
    public IReadOnlyList<int?> InputShape => Definition.InputShapes[0];

    internal ModelDefinition Definition { get; }

    internal IWeightSource Weights { get; }

    /// <summary>Whether the model is one of <see cref="Architecture.Names"/>, filled from a file that holds only weights.</summary>
    internal bool WeightsAlone { get; }

    public void Dispose() => _file.Dispose();
}
