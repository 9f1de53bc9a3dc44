using LusPipeline.Models.Bundles;

namespace LusPipeline.ModelTools.Onnx;

/// <summary>
/// Makes a graph cheaper without changing its values: batch normalization is merged into the convolution or dense layer before it, and zero padding into
/// the convolution after it.
/// </summary>
internal static class GraphSimplifier
{
    public static void Simplify(GraphBuilder graph)
    {
        FoldBatchNormalization(graph);
        FoldPadding(graph);
        KeepPadding(graph);
    }

    /// <summary>
    /// Merges batch normalization: BN(W·x + b) = (s·W)·x + (s·(b − mean) + beta), with s = gamma / √(variance + epsilon) for each output channel. This is
    /// done only if no other node reads the value in between.
    /// </summary>
    private static void FoldBatchNormalization(GraphBuilder graph)
    {
        var uses = new Uses(graph);
        var folded = new HashSet<NodeProto>();
        foreach (var norm in graph.Nodes)
        {
            if (norm.OpType != "BatchNormalization" || !uses.OnlyOne(norm.Input[0]))
                continue;
            if (!uses.Producers.TryGetValue(norm.Input[0], out var linear) || linear.OpType is not ("Conv" or "Gemm"))
                continue;
            var gamma = graph.Weights[norm.Input[1]].Values;
            var beta = graph.Weights[norm.Input[2]].Values;
            var mean = graph.Weights[norm.Input[3]].Values;
            var variance = graph.Weights[norm.Input[4]].Values;
            var epsilon = norm.Attribute.Single(attribute => attribute.Name == "epsilon").F;
            var channels = gamma.Length;

            var kernel = uses.Own(linear, 1).Values;
            var bias = linear.Input.Count > 2 ? uses.Own(linear, 2) : null;
            if (bias is null)
            {
                bias = new WeightTensor(channels);
                bias.Values.Clear();
                linear.Input.Add(graph.Weight(norm.Name + "/bias", bias));
            }
            var shift = bias.Values;
            // The output channels are a convolution kernel's first axis and a dense kernel's last axis.
            var perChannel = kernel.Length / channels;
            for (var channel = 0; channel < channels; channel++)
            {
                var scale = gamma[channel] / Math.Sqrt((double)variance[channel] + epsilon);
                shift[channel] = (float)((scale * ((double)shift[channel] - mean[channel])) + beta[channel]);
                if (linear.OpType == "Conv")
                {
                    foreach (ref var weight in kernel.Slice(channel * perChannel, perChannel))
                    {
                        weight = (float)(weight * scale);
                    }
                    continue;
                }
                for (var row = 0; row < perChannel; row++)
                {
                    kernel[(row * channels) + channel] = (float)(kernel[(row * channels) + channel] * scale);
                }
            }
            uses.Redirect(linear, norm);
            folded.Add(norm);
        }
        graph.Nodes.RemoveAll(folded.Contains);
    }

    /// <summary>Merges zero padding: a convolution over a zero-padded input equals one with more padding of its own.</summary>
    private static void FoldPadding(GraphBuilder graph)
    {
        var uses = new Uses(graph);
        var folded = new HashSet<NodeProto>();
        foreach (var convolution in graph.Nodes)
        {
            if (convolution.OpType != "Conv" || !uses.Producers.TryGetValue(convolution.Input[0], out var padding))
                continue;
            if (padding.OpType != "Pad" || !uses.OnlyOne(padding.Output[0]))
                continue;
            // The axes are batch, channels, height and width. Only height and width may be padded.
            if (graph.IntegersOf(padding.Input[1]) is not [0, 0, var top, var left, 0, 0, var bottom, var right]
                || top < 0 || left < 0 || bottom < 0 || right < 0)
                continue;
            var pads = convolution.Attribute.Single(attribute => attribute.Name == "pads").Ints;
            pads[0] += top;
            pads[1] += left;
            pads[2] += bottom;
            pads[3] += right;
            convolution.Input[0] = padding.Input[0];
            folded.Add(padding);
        }
        graph.Nodes.RemoveAll(folded.Contains);
    }

    /// <summary>
    /// Pads with −0 instead of 0 before a MaxPool of values that may be negative (<see cref="PaddedMaxima"/>). Both are the same number, but ONNX Runtime's
    /// Pad_Fusion treats a value as zero only if all its bits are 0. So the file gives right results in other programs too. This program disables that
    /// optimizer (<see cref="Models.Inference.OnnxSession"/>).
    /// </summary>
    private static void KeepPadding(GraphBuilder graph)
    {
        var maxima = new PaddedMaxima();
        foreach (var node in graph.Nodes)
            maxima.Add(new(node.OpType, node.Input, node.Output));
        var pads = maxima.Pads().ToHashSet(StringComparer.Ordinal);
        foreach (var pad in graph.Nodes.Where(node => node.OpType == "Pad" && node.Input.Count == 2 && pads.Contains(node.Output[0])))
            pad.Input.Add(graph.Scalar(pad.Name + "/value", -0f));
    }

    /// <summary>Records which node computes each value and how many nodes read it.</summary>
    private sealed class Uses
    {
        private readonly GraphBuilder _graph;
        private readonly Dictionary<string, int> _readers = new(StringComparer.Ordinal);

        public Uses(GraphBuilder graph)
        {
            _graph = graph;
            foreach (var node in graph.Nodes)
            {
                foreach (var output in node.Output)
                {
                    Producers[output] = node;
                }
                foreach (var input in node.Input)
                {
                    _readers[input] = _readers.GetValueOrDefault(input) + 1;
                }
            }
        }

        public Dictionary<string, NodeProto> Producers { get; } = new(StringComparer.Ordinal);

        public bool OnlyOne(string value) =>
            _readers.GetValueOrDefault(value) == 1 && !_graph.Outputs.Exists(output => output.Name == value);

        /// <summary>The constant at a node's input. It is copied first if other nodes read it too.</summary>
        public WeightTensor Own(NodeProto node, int input)
        {
            var name = node.Input[input];
            var tensor = _graph.Weights[name];
            if (_readers[name] == 1)
                return tensor;
            _readers[name]--;
            var copy = tensor.Copy();
            node.Input[input] = _graph.Weight(name, copy);
            _readers[node.Input[input]] = 1;
            return copy;
        }

        /// <summary>Makes a node compute the value of another node that is removed.</summary>
        public void Redirect(NodeProto node, NodeProto leftOut)
        {
            node.Output[0] = leftOut.Output[0];
            node.Name = leftOut.Name;
            Producers[leftOut.Output[0]] = node;
        }
    }
}
