using System.Numerics.Tensors;
using LusPipeline.ModelTools.Variants.Quantization;

namespace LusPipeline.ModelTools.Variants.HalfPrecision;

/// <summary>Records which computed values of a graph are float32, and how large they become on real frames.</summary>
internal sealed class GraphValues
{
    /// <summary>Operators whose results are no larger than their inputs. These results are not measured.</summary>
    private static readonly HashSet<string> NeverGrow = new(StringComparer.Ordinal)
    {
        "Relu", "MaxPool", "AveragePool", "Concat", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Slice", "Split", "Gather",
    };

    private readonly FloatGraph _graph;
    private readonly Dictionary<string, float> _measured;
    private readonly HashSet<string> _floats;

    private GraphValues(FloatGraph graph, HashSet<string> floats, Dictionary<string, float> measured) =>
        (_graph, _floats, _measured) = (graph, floats, measured);

    /// <summary>The largest absolute value over all measured values and frames.</summary>
    public float GreatestMeasured => _measured.Values.DefaultIfEmpty().Max();

    /// <exception cref="InvalidDataException">A value is infinite or not a number, or there are no frames.</exception>
    public static GraphValues Measure(FloatGraph graph, GraphMeasurement measurement)
    {
        if (graph.Nodes.Any(node => node.Attribute.Any(attribute => attribute.G is not null)))
            throw new InvalidDataException("it has graphs inside its graph (If, Loop or Scan)");
        var computed = graph.Nodes.Where(node => !graph.IsConstant(node)).SelectMany(node => node.Output).Where(output => output.Length > 0).ToList();
        var floats = measurement.FloatsAmong(computed);
        var wanted = computed.Where(value => floats.Contains(value) && !NeverGrow.Contains(graph.Producers[value].OpType)).ToList();
        var greatest = new float[wanted.Count];
        var frames = measurement.Run(wanted, outputs =>
        {
            for (var index = 0; index < greatest.Length; index++)
                greatest[index] = Math.Max(greatest[index], Finite(Greatest(outputs[index].GetTensorDataAsSpan<float>())));
        });
        if (frames == 0)
            throw new InvalidDataException("no frame was given to measure its values on");
        return new(graph, floats, wanted.Zip(greatest).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal));
    }

    /// <summary>Whether the value is computed in float32.</summary>
    public bool IsFloat(string value) => _floats.Contains(value);

    /// <summary>The largest magnitude of a float32 value, or an upper bound of it.</summary>
    public float Magnitude(string value)
    {
        if (_measured.TryGetValue(value, out var known))
            return known;
        if (_floats.Contains(value))
            return _measured[value] = _graph.Producers[value].Input.Where(input => input.Length > 0).Select(Magnitude).DefaultIfEmpty().Max();
        if (_graph.Constant(value) is not { } constant)
            return 0;
        var greatest = Greatest(constant.Values);
        return float.IsNaN(greatest) ? float.PositiveInfinity : greatest;
    }

    private static float Greatest(ReadOnlySpan<float> values) => values.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(values));

    private static float Finite(float value) =>
        float.IsFinite(value) ? value : throw new InvalidDataException("a value inside the network is infinite or NaN");
}
