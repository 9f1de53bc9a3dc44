using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Keras.Converters;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.Training.Gradients;

namespace LusPipeline.Training.Heads;

/// <summary>
/// Writes trained parameters as one ONNX head: features float32 [B,T,D] in, probabilities float32 [B,3] out. Recurrent layers become ONNX' LSTM and GRU.
/// Several members become one graph that gives the mean of their probabilities. Standardisation is folded into the first layer, and the temperature into
/// the last one (or behind the mean).
/// </summary>
/// <param name="options">The layers, which all members share.</param>
/// <param name="frames">T, the number of frames of a clip.</param>
/// <param name="features">D, the number of features of a frame.</param>
/// <param name="standardization">The standardisation with which the head was trained; null for none.</param>
internal sealed class HeadExport(HeadOptions options, int frames, int features, Standardization? standardization)
{
    private readonly IReadOnlyList<HeadParameter> _parameters = HeadLayout.Parameters(options, features);

    /// <param name="members">For each member its parameters, in the order of <see cref="HeadLayout.Parameters"/>.</param>
    /// <param name="temperature">T > 0: the probabilities become softmax(log p / T).</param>
    /// <param name="columns">Where the head's features are in a longer vector; null if they are the whole vector.</param>
    public byte[] ToModel(IReadOnlyList<float[][]> members, double temperature, FeatureColumns? columns)
    {
        var graph = new TensorGraph(TensorProto.Types.DataType.Float, OnnxContract.Probabilities);
        var clips = graph.Input(OnnxContract.Features, -1, frames, columns?.Of ?? features);
        if (columns is { } part && part.Of != features)
            clips = graph.Slice(clips, 2, part.First, part.First + features);
        var alone = members.Count == 1;
        var outputs = members.Select(member => graph.Softmax(Logits(graph, clips, Tensors(member, alone ? temperature : 1)))).ToArray();
        var probabilities = alone ? outputs[0] : graph.Custom("Mean", outputs[0].Shape, [.. outputs.Select(output => output.Name)], 0);
        if (!alone && temperature != 1)
            probabilities = graph.Softmax(graph.Mul(graph.Log(probabilities), graph.Scalar(1 / temperature)));
        graph.Output(probabilities, OnnxContract.Probabilities);
        return graph.ToModel("head");
    }

    private Dictionary<string, WeightTensor> Tensors(float[][] member, double temperature)
    {
        var tensors = _parameters.Zip(member).ToDictionary(
            pair => pair.First.Name, pair => new WeightTensor(pair.Second, pair.First.Shape), StringComparer.Ordinal);
        if (standardization is not null)
        {
            foreach (var kernel in _parameters.Where(parameter => parameter.ReadsFeatures))
                standardization.Fold(tensors[kernel.Name].Values, tensors[kernel.BiasName].Values);
        }
        if (temperature != 1)
        {
            foreach (var end in (string[])["/kernel", "/bias"])
            {
                foreach (ref var value in tensors[HeadLayout.Output + end].Values)
                    value = (float)(value / temperature);
            }
        }
        return tensors;
    }

    private Tensor Logits(TensorGraph graph, Tensor clips, Dictionary<string, WeightTensor> weights)
    {
        var constants = weights.Where(weight => !IsRecurrent(weight.Key)).ToDictionary(
            weight => weight.Key, weight => graph.Weight(weight.Key, weight.Value), StringComparer.Ordinal);
        var network = new HeadNetwork(graph, options, constants, training: false);
        return network.Classify(options.Kind switch
        {
            HeadKind.Mean => graph.ReduceMean(clips, [1]),
            HeadKind.Attention => network.Attention(clips),
            _ => Recurrent(graph, network, graph.Transpose(clips, 1, 0, 2), weights),
        });
    }

    private bool IsRecurrent(string name) =>
        options.IsRecurrent && name != HeadLayout.Score && !name.StartsWith("dense", StringComparison.Ordinal) && !name.StartsWith(HeadLayout.Output, StringComparison.Ordinal);

    /// <param name="sequence">[T, B, D].</param>
    /// <returns>The summary of the states, [B, units], or both directions' side by side.</returns>
    private Tensor Recurrent(TensorGraph graph, HeadNetwork network, Tensor sequence, Dictionary<string, WeightTensor> weights)
    {
        var (directions, units) = (options.Directions, options.Units);
        for (var layer = 0; layer < options.Layers - 1; layer++)
            sequence = States(layer);
        if (options.Summary != FrameSummary.Last)
            return network.Summary(States(options.Layers - 1));
        var last = Layer(graph, sequence, options.Layers - 1, weights, output: 1, [directions, -1, units]);
        return directions == 1 ? graph.Squeeze(last, 0) : graph.Reshape(graph.Transpose(last, 1, 0, 2), -1, directions * units);

        // [T, B, units], or both directions' side by side.
        Tensor States(int layer)
        {
            var all = Layer(graph, sequence, layer, weights, output: 0, [frames, directions, -1, units]);
            return directions == 1 ? graph.Squeeze(all, 1) : graph.Reshape(graph.Transpose(all, 0, 2, 1, 3), frames, -1, directions * units);
        }
    }

    private Tensor Layer(TensorGraph graph, Tensor sequence, int layer, Dictionary<string, WeightTensor> weights, int output, int[] shape)
    {
        var kind = options.Kind == HeadKind.Lstm ? RecurrentKind.Lstm : RecurrentKind.Gru;
        string[] names = [.. Enumerable.Range(0, options.Directions).Select(direction => HeadLayout.RecurrentName(options, layer, direction))];
        List<AttributeProto> attributes =
        [
            OnnxAttribute.Int("hidden_size", options.Units),
            OnnxAttribute.Text("direction", options.Bidirectional ? "bidirectional" : "forward"),
        ];
        if (kind == RecurrentKind.Gru)
            attributes.Add(OnnxAttribute.Int("linear_before_reset", 1));
        string[] inputs =
        [
            sequence.Name,
            Stacked("/kernel", weight => RecurrentWeights.Kernel(weight, kind, options.Units)),
            Stacked("/recurrent_kernel", weight => RecurrentWeights.Kernel(weight, kind, options.Units)),
            Stacked("/bias", weight => RecurrentWeights.Bias(weight, kind, options.Units, twoRows: kind == RecurrentKind.Gru)),
        ];
        return graph.Custom(kind.Operation, shape, inputs, output, [.. attributes]);

        string Stacked(string end, Func<WeightTensor, WeightTensor> convert) => graph.Weight(
            names[0] + end, RecurrentWeights.Stack([.. names.Select(name => convert(weights[name + end]))])).Name;
    }
}
