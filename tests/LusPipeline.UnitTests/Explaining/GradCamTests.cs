using LusPipeline.Explaining.Regions;

namespace LusPipeline.UnitTests.Explaining;

public sealed class GradCamTests
{
    [Fact]
    public void A_maps_sum_is_gradient_times_features()
    {
        var random = new Random(2);
        float[] pictures = [.. Enumerable.Range(0, 6 * 12).Select(_ => random.NextSingle())], gradient = [.. Enumerable.Range(0, 6).Select(_ => random.NextSingle() - 0.5f)];

        var map = GradCam.Signed(pictures, gradient);

        var features = Enumerable.Range(0, 6).Select(k => pictures.Skip(k * 12).Take(12).Average());
        Assert.Equal(features.Zip(gradient, (feature, slope) => feature * slope).Sum(), map.Sum(), 1e-5);
    }

    [Fact]
    public void What_speaks_against_the_class_is_not_shown_and_each_frames_greatest_value_is_1()
    {
        var (maps, strengths) = GradCam.Normalized([[-1, 0.5f, 0.25f], [2, -3, 1], [-1, -2, 0]]);

        Assert.Equal([0, 1, 0.5f, 1, 0, 0.5f, 0, 0, 0], maps);
        Assert.Equal([0.25f, 1, 0], strengths);
    }
}
