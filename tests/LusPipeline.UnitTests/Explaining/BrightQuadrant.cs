using System.Security.Cryptography;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Probabilities;
using LusPipeline.Explaining.Frames;
using LusPipeline.Explaining.Pictures;
using LusPipeline.Explaining.Subjects;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Bundles;
using static LusPipeline.ModelTools.Onnx.TensorProto.Types;

namespace LusPipeline.UnitTests.Explaining;

/// <summary>
/// A model that looks for brightness: its only pictures are the brightness of 4×4 pixels and the darkness, and the brighter the mean frame, the more probable is
/// covid. Clips of it are dark, but for one quadrant of one frame.
/// </summary>
internal static class BrightQuadrant
{
    public const int Frames = 6;
    public const int Side = 32;

    /// <param name="folder">A folder that does not exist yet.</param>
    /// <param name="foreign">Whether the head has an operator without a gradient rule.</param>
    public static Bundle Write(string folder, bool foreign = false)
    {
        using var sources = new TemporaryFolder();
        return BundleWriter.MarkChecked(BundleWriter.Write(folder, new BundleContents
        {
            Name = "bright",
            Version = "1",
            Preprocess = "none",
            Frames = Frames,
            Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = Backbone(sources["backbone.onnx"]) },
            Head = Head(sources["head.onnx"], foreign),
        }));
    }

    /// <summary>A clip that is dark but for the quadrant, counted row by row from 0, of one frame.</summary>
    public static ClipPictures Clip(int frame, int quadrant)
    {
        var pixels = new byte[Frames * Side * Side * 3];
        pixels.AsSpan().Fill(10);
        for (var row = quadrant / 2 * Side / 2; row < ((quadrant / 2) + 1) * Side / 2; row++)
            pixels.AsSpan(((((frame * Side) + row) * Side) + (quadrant % 2 * Side / 2)) * 3, Side / 2 * 3).Fill(250);
        using var npy = new MemoryStream();
        NpyFile.Write<byte>(npy, [Frames, Side, Side, 3], pixels);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(npy.ToArray()));
        return new ClipPictures(npy.ToArray(), sha256, sha256, Plan.Cut(60, null), 0, FrameMask.None);
    }

    public static ClipSubject Subject(Bundle bundle, ClassProbabilities stored) => new(
        Guid.NewGuid(), Guid.NewGuid(), "key", "content", "tag", Plan, Plan.Cut(60, null), 0, null, bundle.Id, BundleVariant.Fp32, 1, stored);

    private static ClipPlan Plan { get; } = ClipPlan.Whole(Frames);

    private static string Backbone(string path)
    {
        var graph = new GraphBuilder("features");
        var frames = graph.Input("frames", DataType.Uint8, "N", null, Side, Side, 3);
        var scaled = graph.Add("Mul", "scaled", [graph.Add("Cast", "pixels", [frames], OnnxAttribute.Int("to", (int)DataType.Float)), graph.Scalar("scale", 1 / 255f)]);
        var planes = graph.Add("Transpose", "planes", [scaled], OnnxAttribute.Ints("perm", 0, 3, 1, 2));
        float[] kernel = [.. Enumerable.Repeat(1 / 48f, 48), .. Enumerable.Repeat(-1 / 48f, 48)];
        var convolved = graph.Add(
            "Conv", "convolved", [planes, graph.Weight("kernel", new WeightTensor(kernel, 2, 3, 4, 4)), graph.Weight("bias", new WeightTensor([0f, 1f], 2))],
            OnnxAttribute.Ints("kernel_shape", 4, 4), OnnxAttribute.Ints("strides", 4, 4));
        var pictures = graph.Add("Relu", "brightness", [convolved]);
        graph.Output(graph.Add("Flatten", "flat", [graph.Add("GlobalAveragePool", "mean", [pictures])]), "features", "N", null, 2);
        return Save(graph, path);
    }

    private static string Head(string path, bool foreign)
    {
        var graph = new GraphBuilder("probabilities");
        var features = graph.Input("features", DataType.Float, "B", null, Frames, 2);
        var mean = graph.Add("ReduceMean", "mean", [features], OnnxAttribute.Ints("axes", 1), OnnxAttribute.Int("keepdims", 0));
        if (foreign)
            mean = graph.Add("Elu", "elu", [mean]);
        var dense = graph.Add("Gemm", "dense", [mean, graph.Weight("weights", new WeightTensor([60f, 0, 0, 0, 1, 1], 2, 3)), graph.Weight("bias", new WeightTensor([-2.2f, 0, 0], 3))]);
        graph.Output(graph.Add("Softmax", "softmax", [dense], OnnxAttribute.Int("axis", -1)), "probabilities", "B", null, 3);
        return Save(graph, path);
    }

    private static string Save(GraphBuilder graph, string path)
    {
        using var stream = File.Create(path);
        graph.Write(stream, "bright", WeightStorage.Float32, []);
        return path;
    }
}
