using LusPipeline.ModelTools.Onnx;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.UnitTests.Quantization;

/// <summary>
/// Builds a small graph, and beside each of its values what its computation in int8 can be off by at most. With s for a step of a
/// value's quantization and e for an error: rounding a value adds s/2, whatever is clipped included, since its range holds all true values.
/// </summary>
internal sealed class BoundedGraph(int side, int channels)
{
    private readonly Random _random = new(11);

    public GraphBuilder Graph { get; } = new();

    /// <summary>The pixels, uint8 [N, side, side, channels], as values from −1 to 2.</summary>
    public BoundedValue Planes()
    {
        var frames = Graph.Input("frames", DataType.Uint8, "N", null, side, side, channels);
        var pixels = Graph.Add("Cast", "pixels", [frames], OnnxAttribute.Int("to", (int)DataType.Float));
        var scaled = Graph.Add("Mul", "scaled", [pixels, Graph.Scalar("three", 3 / 255f)]);
        var moved = Graph.Add("Sub", "moved", [scaled, Graph.Scalar("one", 1)]);
        return new(Graph.Add("Transpose", "planes", [moved], OnnxAttribute.Ints("perm", 0, 3, 1, 2)), _ => 0);
    }

    /// <summary>
    /// With weights w and their steps t: y = Σ w·x + b. An error of the inputs counts Σ|w| times; a weight is off by t/2, once for
    /// each of the k inputs of at most max|x| + e; the bias is in steps of s·t.
    /// </summary>
    public BoundedValue Convolution(BoundedValue input, int outputs, int window, int groups = 1, int stride = 1)
    {
        var inputs = window * window * channels / groups;
        var kernel = Values(outputs * inputs);
        var bias = Values(outputs);
        var weights = Graph.Weight("kernel", new WeightTensor(kernel, outputs, channels / groups, window, window));
        var name = Graph.Add(
            "Conv", "conv", [input.Name, weights, Graph.Weight("bias", new WeightTensor(bias, outputs))],
            OnnxAttribute.Ints("kernel_shape", window, window), OnnxAttribute.Ints("strides", stride, stride), OnnxAttribute.Int("group", groups),
            OnnxAttribute.Ints("pads", window / 2, window / 2, window / 2, window / 2));
        return new(name, measured =>
        {
            var (error, step, greatest) = (input.Rounded(measured), measured.Step(input.Name), measured.Greatest(input.Name) + input.Rounded(measured));
            return kernel.Chunk(inputs).Max(channel =>
            {
                var weightStep = channel.Max(Math.Abs) / 127.0;
                return (channel.Sum(weight => Math.Abs((double)weight)) * error) + (inputs * greatest * weightStep / 2) + (step * weightStep / 2);
            });
        });
    }

    /// <summary>Moves no two values further apart.</summary>
    public BoundedValue Relu(BoundedValue input) => new(Graph.Add("Relu", "relu", [input.Name]), input.Unrounded);

    /// <summary>The errors of both terms.</summary>
    public BoundedValue Sum(BoundedValue one, BoundedValue other) =>
        new(Graph.Add("Add", "sum", [one.Name, other.Name]), measured => one.Rounded(measured) + other.Rounded(measured));

    /// <summary>A maximum over bytes is one of them: nothing more is rounded.</summary>
    public BoundedValue Maxima(BoundedValue input) =>
        new(Graph.Add("MaxPool", "maxima", [input.Name], OnnxAttribute.Ints("kernel_shape", 2, 2), OnnxAttribute.Ints("strides", 2, 2)), input.Rounded) { OfRounded = true };

    /// <summary>Stays float32; a mean is off by no more than what it is of.</summary>
    public BoundedValue Mean(BoundedValue input) =>
        new(Graph.Add("Flatten", "flat", [Graph.Add("GlobalAveragePool", "mean", [input.Name])]), input.Rounded);

    /// <summary>Stays float32.</summary>
    public BoundedValue Dense(BoundedValue input, int outputs)
    {
        var weights = Values(channels * outputs);
        return new(
            Graph.Add("Gemm", "dense", [input.Name, Graph.Weight("weights", new WeightTensor(weights, channels, outputs))]),
            measured => Enumerable.Range(0, outputs).Max(output => Enumerable.Range(0, channels).Sum(row => Math.Abs((double)weights[(row * outputs) + output]))) * input.Rounded(measured));
    }

    /// <summary>Ends the graph in a float32 operation, so that what it reads is rounded.</summary>
    public BoundedValue End(BoundedValue value)
    {
        var name = Graph.Add("Mul", "features", [value.Name, Graph.Scalar("half", 0.5f)]);
        Graph.Outputs.Add(new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float } } });
        return new(name, measured => value.Rounded(measured) / 2);
    }

    private float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (_random.NextSingle() * 2) - 1)];
}

/// <param name="Unrounded">The greatest error of the value as it is computed.</param>
internal sealed record BoundedValue(string Name, Func<MeasuredGraph, double> Unrounded)
{
    public bool OfRounded { get; init; }

    /// <summary>The greatest error of the value as others read it.</summary>
    public double Rounded(MeasuredGraph measured) => Unrounded(measured) + (OfRounded ? 0 : measured.Step(Name) / 2);
}
