using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Keras.Converters;
using LusPipeline.ModelTools.Keras.Graph;
using LusPipeline.ModelTools.Keras.Reading;
using LusPipeline.ModelTools.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.UnitTests.Keras;

/// <summary>
/// Weights from a seed for any architecture. Kernels are uniform with a variance of 2/inputs (He et al. 2015), so that values keep
/// their size from layer to layer; statistics of batch normalisation are those of given frames, so that every layer has something to do.
/// </summary>
internal sealed class SeededWeights : IWeightSource
{
    /// <summary>A prime, so that no kernel's period falls together with it.</summary>
    private const int NoiseLength = 1_000_003;

    private readonly Dictionary<(LayerDefinition Layer, string Slot), float[]> _statistics = [];
    private readonly Dictionary<WeightTensor, (LayerDefinition Layer, string Slot)> _given = [];
    private readonly float[] _noise = new float[NoiseLength];

    private SeededWeights(int seed)
    {
        var random = new Random(seed);
        foreach (ref var value in _noise.AsSpan())
            value = (random.NextSingle() * 2) - 1;
    }

    /// <summary>The least variance of a channel that a batch normalisation sees; infinite where there is none.</summary>
    public float LeastVariance { get; private set; } = float.PositiveInfinity;

    /// <summary>Runs the model once with each normalisation taking its statistics from its own input.</summary>
    /// <param name="frames">uint8 [<paramref name="count"/>, <paramref name="side"/>, <paramref name="side"/>, 3].</param>
    /// <param name="scratch">The path of a file that is not there yet.</param>
    public static SeededWeights For(ModelDefinition definition, Preprocess preprocess, byte[] frames, int count, int side, int seed, string scratch)
    {
        var weights = new SeededWeights(seed);
        var layers = LayerGraph.Build(definition);
        var graph = new GraphBuilder("features");
        var input = graph.Input("frames", TensorProto.Types.DataType.Uint8, "N", null, side, side, 3);
        var values = new Dictionary<int, Value> { [layers.Inputs[0]] = FramePreprocessing.Apply(graph, input, preprocess, side, side) };
        new Conversion(graph, weights, "2.12.0", weightsAlone: true).Run(layers.StepsTo(layers.Outputs[0]), values);
        var outputs = weights.OpenStatistics(graph);
        if (outputs.Count == 0)
            return weights;
        using (var stream = File.Create(scratch))
            graph.Write(stream, "statistics", WeightStorage.Float32, []);
        using (var session = OnnxSession.OpenUnoptimized(scratch, Environment.ProcessorCount))
        {
            using var tensor = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, frames.AsMemory(), [count, side, side, 3]);
            using var run = new RunOptions();
            using var results = session.Run(run, [OnnxContract.Frames], [tensor], outputs.Keys);
            foreach (var (place, result) in outputs.Values.Zip(results))
                weights._statistics[place] = result.GetTensorDataAsSpan<float>().ToArray();
        }
        File.Delete(scratch);
        foreach (var (_, variances) in weights._statistics.Where(pair => pair.Key.Slot == "moving_variance"))
            weights.LeastVariance = Math.Min(weights.LeastVariance, variances.Min());
        return weights;
    }

    public WeightTensor Read(LayerDefinition layer, string slot, ReadOnlySpan<int> shape)
    {
        var tensor = new WeightTensor(shape);
        _given[tensor] = (layer, slot);
        if (_statistics.TryGetValue((layer, slot), out var measured))
            measured.CopyTo(tensor.Values);
        else if (slot.EndsWith("kernel", StringComparison.Ordinal))
            Fill(tensor.Values, 0, MathF.Sqrt(6f / Inputs(slot, shape)));
        else if (slot is "gamma" or "variance")
            Fill(tensor.Values, 1, 0.5f);
        else if (slot == "count")
            tensor.Values.Fill(1);
        else
            Fill(tensor.Values, 0, 0.3f);
        return tensor;
    }

    public int[] Shape(LayerDefinition layer, string slot) => slot == "count" ? [] : [3];

    private static long Inputs(string slot, ReadOnlySpan<int> shape) => WeightTensor.Product(shape[..(slot == "depthwise_kernel" ? 2 : ^1)]);

    /// <summary>Uniform in <paramref name="centre"/> ± <paramref name="spread"/>; the same values for tensors of the same length.</summary>
    private void Fill(Span<float> values, float centre, float spread)
    {
        var from = (int)(values.Length * 7919L % NoiseLength);
        for (var done = 0; done < values.Length;)
        {
            var some = Math.Min(values.Length - done, NoiseLength - from);
            for (var index = 0; index < some; index++)
                values[done + index] = centre + (spread * _noise[from + index]);
            done += some;
            from = 0;
        }
    }

    /// <summary>Makes each normalisation compute the mean and variance of its channels, which become outputs.</summary>
    private Dictionary<string, (LayerDefinition Layer, string Slot)> OpenStatistics(GraphBuilder graph)
    {
        var outputs = new Dictionary<string, (LayerDefinition Layer, string Slot)>();
        var nodes = graph.Nodes.ToList();
        graph.Nodes.Clear();
        var channel = graph.Integers("statistics/channel", -1);
        foreach (var node in nodes)
        {
            if (node.OpType == "BatchNormalization")
            {
                var mean = graph.Add("ReduceMean", node.Name + "/mean", [node.Input[0]], OnnxAttribute.Ints("axes", 0, 2, 3));
                var centred = graph.Add("Sub", node.Name + "/centred", [node.Input[0], mean]);
                var squared = graph.Add("Mul", node.Name + "/squared", [centred, centred]);
                var variance = graph.Add("ReduceMean", node.Name + "/variance", [squared], OnnxAttribute.Ints("axes", 0, 2, 3));
                Open(3, mean);
                Open(4, variance);
            }
            graph.Nodes.Add(node);

            void Open(int input, string value)
            {
                var place = _given[graph.Weights[node.Input[input]]];
                node.Input[input] = graph.Add("Reshape", value + "/channels", [value, channel]);
                graph.Outputs.Add(new ValueInfoProto { Name = node.Input[input] });
                outputs[node.Input[input]] = place;
            }
        }
        return outputs;
    }
}
