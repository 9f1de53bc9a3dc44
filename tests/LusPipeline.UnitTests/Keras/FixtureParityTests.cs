using System.IO.Compression;
using System.Text.Json;
using LusPipeline.Buckets.Npy;
using LusPipeline.ModelTools.Keras;

namespace LusPipeline.UnitTests.Keras;

/// <summary>Whole models and weights alone as Keras 2.12 and Keras 3 save them, against the features that Keras computed.</summary>
public sealed class FixtureParityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vgg16", "vgg16.h5")]
    [InlineData("mobilenetv2", "mobilenetv2.h5")]
    [InlineData("mobilenetv2", "mobilenetv2-keras3.h5")]
    [InlineData("mobilenetv2", "mobilenetv2-keras3.keras")]
    [InlineData("densenet121", "densenet121.h5")]
    [InlineData("inceptionresnetv2", "inceptionresnetv2.h5")]
    [InlineData("nasnetmobile", "nasnetmobile.h5")]
    [InlineData("efficientnetb0", "efficientnetb0.h5")]
    [InlineData("pocovidnet", "pocovidnet.h5")]
    [InlineData("mobilenetv2", "mobilenetv2.h5", "mobilenetv2")]
    [InlineData("mobilenetv2", "model.weights.h5", "mobilenetv2")]
    [InlineData("inceptionresnetv2", "inceptionresnetv2.h5", "inceptionresnetv2")]
    [InlineData("nasnetmobile", "nasnetmobile.h5", "nasnetmobile")]
    public void A_model_gives_the_features_that_Keras_gives(string name, string file, string? architecture = null)
    {
        using var fixtures = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("data", "keras", "fixtures", "fixtures.json")));
        var fixture = fixtures.RootElement.GetProperty(name);
        var size = fixture.GetProperty("input_size").GetInt32();
        ZipFile.ExtractToDirectory(SharedData.Require("data", "keras", "fixtures", name + ".zip"), _folder.Path);
        if (file == "model.weights.h5")
            ZipFile.ExtractToDirectory(_folder[name + "-keras3.keras"], _folder.Path);
        var options = new BackboneExport
        {
            Preprocess = Enum.Parse<Preprocess>(fixture.GetProperty("preprocess").GetString()!, ignoreCase: true),
            CutAtLayer = fixture.GetProperty("output_layer").GetString(),
        };

        using var model = KerasFile.Read(_folder[file], architecture);
        var facts = KerasImport.WriteBackbone(model, options, _folder["backbone.onnx"]);

        Assert.Equal((size, size, fixture.GetProperty("features").GetInt32()), (facts.Height, facts.Width, facts.Features));
        var (shape, frames) = NpyFile.Read<byte>(_folder[name + ".input.npy"]);
        var (expectedShape, expected) = NpyFile.Read<float>(_folder[name + ".expected.npy"]);
        var (actualShape, actual) = OnnxRun.Of(_folder["backbone.onnx"], frames, shape);
        Assert.Equal(expectedShape, actualShape);
        var error = Closeness.MaxDifference(actual, expected) / Closeness.Max(expected);
        TestContext.Current.TestOutputHelper?.WriteLine($"{error:E2} of the largest feature");
        Assert.InRange(error, 0, 1e-4f);
    }
}
