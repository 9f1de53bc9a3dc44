using LusPipeline.Buckets.Npy;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Onnx;

namespace LusPipeline.UnitTests.Keras;

public sealed class XceptionParityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Imported_Xception_gives_the_features_that_Keras_gives()
    {
        var (actual, expected) = Features(WeightStorage.Float32);

        Assert.InRange(Closeness.MaxDifference(actual, expected), 0, 5e-5f);
    }

    [Fact]
    public void Weights_stored_as_float16_change_the_features_little()
    {
        var (actual, expected) = Features(WeightStorage.Float16);

        Assert.InRange(Closeness.RelativeL2(actual, expected), 0, 2e-3);
        Assert.InRange(new FileInfo(_folder["backbone.onnx"]).Length, 35_000_000, 45_000_000);
    }

    [Theory]
    [InlineData(WeightStorage.Float32)]
    [InlineData(WeightStorage.Float16)]
    public void Imported_head_gives_the_probabilities_that_Keras_gives(WeightStorage storage)
    {
        var onnx = _folder["head.onnx"];
        using var model = KerasFile.Read(SharedData.Require("data", "keras", "xception-20-lstm-head.h5"), null);

        var facts = KerasImport.WriteHead(model, new HeadExport { WeightStorage = storage }, onnx);

        Assert.Equal(new HeadFacts(20, 2048, 3), facts);
        var (shape, input) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception-20-lstm-head.input.npy"));
        var (expectedShape, expected) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception-20-lstm-head.expected.npy"));
        var (actualShape, actual) = OnnxRun.Of(onnx, input, shape, batch: 3);
        Assert.Equal(expectedShape, actualShape);
        Assert.InRange(Closeness.MaxDifference(actual, expected), 0, storage == WeightStorage.Float32 ? 1e-5f : 5e-3f);
    }

    private (float[] Actual, float[] Expected) Features(WeightStorage storage)
    {
        var onnx = _folder["backbone.onnx"];
        var weights = SharedData.Require("data", "keras", "xception_weights_tf_dim_ordering_tf_kernels_notop.h5");
        using var model = KerasFile.Read(weights, "xception");

        var facts = KerasImport.WriteBackbone(model, new BackboneExport { Preprocess = Preprocess.Tf, WeightStorage = storage }, onnx);

        Assert.Equivalent(new BackboneFacts(299, 299, 2048, [new("global_average_pooling2d", 2048)]), facts, strict: true);
        var (shape, frames) = NpyFile.Read<byte>(SharedData.Require("data", "keras", "xception.input.npy"));
        var (expectedShape, expected) = NpyFile.Read<float>(SharedData.Require("data", "keras", "xception.expected.npy"));
        var (actualShape, actual) = OnnxRun.Of(onnx, frames, shape);
        Assert.Equal(expectedShape, actualShape);
        return (actual, expected);
    }
}
