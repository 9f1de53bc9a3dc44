using LusPipeline.Cli.Commands;
using LusPipeline.ModelTools.Layers;
using LusPipeline.Training.Data;

namespace LusPipeline.UnitTests.Training;

public sealed class FeatureColumnsTextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Columns_are_numbers_or_layers_that_follow_each_other()
    {
        var plain = TinyBundle.Write(_folder["plain"], deep: true);
        var layered = LayeredBundle.Append(plain, ["relu", "planes"], _folder["layered"]);

        Assert.Null(FeatureColumnsText.Read(null, plain));
        Assert.Equal((2, 5), FeatureColumnsText.Read("2-5", plain));
        Assert.Equal((0, 7), FeatureColumnsText.Read("flat", layered));
        Assert.Equal((8, 15), FeatureColumnsText.Read("relu", layered));
        Assert.Equal((8, 18), FeatureColumnsText.Read("relu, planes", layered));
        Assert.Contains("the first column and then the last", Fault("5-2"), StringComparison.Ordinal);
        Assert.Contains("'tiny' has no such layers: it has 'flat', 'relu', 'planes', and several must follow each other", Fault("planes,relu"), StringComparison.Ordinal);
        Assert.Contains("no such layers", Fault("planes,none"), StringComparison.Ordinal);
        Assert.Contains("no such layers", Fault(","), StringComparison.Ordinal);
        Assert.Contains("its manifest names no layers", Assert.Throws<TrainingDataException>(() => FeatureColumnsText.Read("relu", plain)).Message, StringComparison.Ordinal);

        string Fault(string text) => Assert.Throws<TrainingDataException>(() => FeatureColumnsText.Read(text, layered)).Message;
    }
}
