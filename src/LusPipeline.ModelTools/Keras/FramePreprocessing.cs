using LusPipeline.ModelTools.Keras.Converters;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.ModelTools.Keras;

/// <summary>Converts uint8 frames [N,H,W,3] to the first layer's input: preprocessed float32 [N,3,H,W].</summary>
internal static class FramePreprocessing
{
    /// <summary>ImageNet's channel means in the order B, G, R.</summary>
    private static readonly float[] CaffeMeans = [103.939f, 116.779f, 123.68f];

    private static readonly float[] TorchMeans = [0.485f, 0.456f, 0.406f];
    private static readonly float[] TorchDeviations = [0.229f, 0.224f, 0.225f];

    public static Value Apply(GraphBuilder graph, string frames, Preprocess preprocess, int height, int width)
    {
        // Transpose first, while a pixel's channel is one byte.
        var turned = graph.Add("Transpose", "preprocess/channels_first", [frames], OnnxAttribute.Ints("perm", 0, 3, 1, 2));
        if (preprocess == Preprocess.Caffe)
            turned = graph.Add("Gather", "preprocess/bgr", [turned, graph.Integers("preprocess/order", 2, 1, 0)], OnnxAttribute.Int("axis", 1));
        var pixels = graph.Add("Cast", "preprocess/float", [turned], OnnxAttribute.Int("to", (int)TensorProto.Types.DataType.Float));
        var ready = preprocess switch
        {
            Preprocess.None => pixels,
            Preprocess.Tf => Sub(Div(pixels, "range", 127.5f), "center", 1),
            Preprocess.Caffe => Sub(pixels, "mean", CaffeMeans),
            Preprocess.Torch => Div(Sub(Div(pixels, "range", 255), "mean", TorchMeans), "deviation", TorchDeviations),
            _ => throw new ArgumentOutOfRangeException(nameof(preprocess), preprocess, "It is not known."),
        };
        return new Value(ready, [height, width, 3]);

        string Div(string value, string name, params ReadOnlySpan<float> by) => Each("Div", value, name, by);
        string Sub(string value, string name, params ReadOnlySpan<float> less) => Each("Sub", value, name, less);
        string Each(string operation, string value, string name, ReadOnlySpan<float> constants) =>
            graph.Add(operation, $"preprocess/{name}", [value, graph.Weight($"preprocess/{name}/value", new WeightTensor(constants, 1, constants.Length, 1, 1))]);
    }
}
