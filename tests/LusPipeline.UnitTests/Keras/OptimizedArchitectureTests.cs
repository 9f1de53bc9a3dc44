using System.Diagnostics;
using System.Text;
using LusPipeline.Models.Inference;
using LusPipeline.ModelTools.Keras;
using LusPipeline.ModelTools.Keras.Reading;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.UnitTests.Keras;

/// <summary>ONNX Runtime's optimizers change nothing of what the paper's architectures compute.</summary>
public sealed class OptimizedArchitectureTests : IDisposable
{
    private const int Frames = 2;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <param name="side">Of the frames: small, and odd where the architecture's own size is odd, so that padding falls as it does there.</param>
    [Theory]
    [InlineData("densenet121", 64)]
    [InlineData("densenet169", 64)]
    [InlineData("densenet201", 64)]
    [InlineData("efficientnetb0", 64)]
    [InlineData("inceptionresnetv2", 107)]
    [InlineData("mobilenetv2", 64)]
    [InlineData("nasnetlarge", 75)]
    [InlineData("nasnetmobile", 64)]
    [InlineData("resnet152v2", 64)]
    [InlineData("vgg16", 64)]
    [InlineData("vgg19", 64)]
    [InlineData("xception", 71)]
    public void An_imported_architecture_gives_the_features_of_its_graph(string name, int side)
    {
        var watch = Stopwatch.StartNew();
        var published = PublishedWeights.Find(name)!;
        var json = Encoding.UTF8.GetString(Architecture.Json(name).Span);
        var size = published.FrameSize;
        var definition = ModelConfigReader.Read(ModelConfigReader.Parse(
            Encoding.UTF8.GetBytes(json.Replace($"[null, {size}, {size}, 3]", $"[null, {side}, {side}, 3]", StringComparison.Ordinal))));
        // Black corners show what noise does not: there all values of a channel may be negative.
        var frames = SyntheticFrames.Make(Frames, side, side);
        var weights = SeededWeights.For(definition, published.Preprocess, frames, Frames, side, seed: 3, _folder["statistics.onnx"]);
        using (var model = new KerasModel(name, "2.12.0", definition, weights, weightsAlone: true, Stream.Null))
            Assert.Equal(published.Features, KerasImport.WriteBackbone(model, new BackboneExport { Preprocess = published.Preprocess }, _folder["model.onnx"]).Features);

        var optimized = Run(() => OnnxSession.Open(_folder["model.onnx"], new InferenceOptions(), Environment.ProcessorCount), frames, side, published.Features);
        var plain = Run(() => OnnxSession.OpenUnoptimized(_folder["model.onnx"], Environment.ProcessorCount), frames, side, published.Features);

        var difference = Closeness.RelativeL2(optimized, plain);
        var betweenFrames = Closeness.RelativeL2(plain.AsSpan(0, published.Features), plain.AsSpan(published.Features));
        var greatest = Closeness.Max(plain);
        var alive = plain.Count(value => Math.Abs(value) > 1e-3 * greatest) / (double)plain.Length;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{name}: {difference:E1} with and without optimizers, {betweenFrames:0.00} between two frames, {alive:P0} of the features alive, {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.InRange(difference, 0, FeatureTolerance.MaxRelativeDifference);
        Assert.InRange(alive, 0.2, 1);
        Assert.True(weights.LeastVariance > 1e-4);
        Assert.InRange(betweenFrames, 0.02, 2);
    }

    private static float[] Run(Func<InferenceSession> open, byte[] frames, int side, int length)
    {
        using var session = open();
        var features = new float[Frames * length];
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, frames.AsMemory(), [Frames, side, side, 3]);
        using var output = OrtValue.CreateTensorValueFromMemory(features, [Frames, length]);
        using var run = new RunOptions();
        session.Run(run, [OnnxContract.Frames], [input], [OnnxContract.Features], [output]);
        return features;
    }
}
