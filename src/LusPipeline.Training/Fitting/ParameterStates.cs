using LusPipeline.Training.Heads;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Training.Fitting;

/// <summary>
/// The parameters and Adam's moments in memory that ONNX Runtime reads and writes directly. There are two sets: a step reads one and writes the other, and
/// then they change places, so nothing is copied.
/// </summary>
internal sealed class ParameterStates : IDisposable
{
    private readonly OrtValue[][][] _sets;

    public ParameterStates(IReadOnlyList<HeadParameter> parameters)
    {
        Parameters = parameters;
        _sets = [.. Enumerable.Range(0, 2).Select(_ => parameters.Select(
            parameter => TrainingGraph.StateOf(parameter).Select(_ => ClipBatch.Allocate(parameter.Shape)).ToArray()).ToArray())];
    }

    public IReadOnlyList<HeadParameter> Parameters { get; }

    /// <summary>The set, 0 or 1, that holds the present values.</summary>
    public int Current { get; private set; }

    public void Swap() => Current = 1 - Current;

    /// <summary>For each parameter its value and the two moments.</summary>
    public OrtValue[][] Set(int set) => _sets[set];

    /// <summary>Copies the present parameters.</summary>
    public float[][] Weights() => [.. _sets[Current].Select(states => states[0].GetTensorDataAsSpan<float>().ToArray())];

    /// <summary>Copies the present parameters and moments: for each parameter three arrays.</summary>
    public float[][] All() => [.. _sets[Current].SelectMany(states => states).Select(state => state.GetTensorDataAsSpan<float>().ToArray())];

    /// <summary>Sets the parameters; the moments become 0.</summary>
    public void Start(float[][] weights)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            var states = _sets[Current][i];
            weights[i].CopyTo(states[0].GetTensorMutableDataAsSpan<float>());
            foreach (var moment in states[1..])
                moment.GetTensorMutableDataAsSpan<float>().Clear();
        }
    }

    /// <param name="all">As <see cref="All"/> gives them.</param>
    public void Restore(float[][] all)
    {
        foreach (var (value, state) in all.Zip(_sets[Current].SelectMany(states => states)))
            value.CopyTo(state.GetTensorMutableDataAsSpan<float>());
    }

    public void Dispose()
    {
        foreach (var state in _sets.SelectMany(set => set).SelectMany(states => states))
            state.Dispose();
    }
}
