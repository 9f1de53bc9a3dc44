using LusPipeline.Explaining.Regions;
using LusPipeline.ModelTools.Layers;
using LusPipeline.ModelTools.Onnx;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.UnitTests.Explaining;

/// <summary>Backbones whose pictures are opened.</summary>
public sealed class FeatureMapsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_means_of_the_pictures_are_the_features_that_the_pipeline_computes()
    {
        var bundle = LayeredBundle.Append(TinyBundle.Write(_folder["deep"], frames: 4, deep: true), ["relu"], _folder["model"]);
        var pixels = new byte[4 * TinyBundle.Side * TinyBundle.Side * 3];
        new Random(1).NextBytes(pixels);
        var expected = new float[4 * bundle.Features];
        using (var backbone = OnnxBackbone.Open(bundle, BundleVariant.Fp32, new InferenceOptions()))
            await backbone.ExtractAsync(pixels, 4, expected, TestContext.Current.CancellationToken);

        using var opened = MappedBackbone.Open(bundle, BundleVariant.Fp32, new InferenceOptions());
        var (features, pictures) = await opened.RunAsync(pixels, TestContext.Current.CancellationToken);

        // The head was made for the first layer alone.
        var layer = Assert.Single(pictures);
        Assert.Equal("flat", layer.Layer.Name);
        for (var frame = 0; frame < 4; frame++)
        {
            for (var k = 0; k < TinyBundle.Features; k++)
            {
                var column = (frame * bundle.Features) + k;
                Assert.Equal(expected[column], features[column]);
                Assert.Equal(features[column], layer.OfFrame[frame].Skip(k * layer.Height * layer.Width).Take(layer.Height * layer.Width).Average(), 1e-5f);
                Assert.Equal(0, features[column + TinyBundle.Features]);
            }
        }
    }

    [Fact]
    public void Layers_that_the_head_does_not_read_are_left_out()
    {
        var layered = LayeredBundle.Append(TinyBundle.Write(_folder["deep"], deep: true), ["planes"], _folder["model"]);

        var layers = FeatureMaps.Write(layered, BundleVariant.Fp32, _folder["opened.onnx"]);

        Assert.Equal("flat", Assert.Single(layers.Mapped).Name);
        Assert.DoesNotContain(OnnxFile.Read(_folder["opened.onnx"]).Graph.Node, node => node.Name.StartsWith("layers/planes", StringComparison.Ordinal));
    }
}
