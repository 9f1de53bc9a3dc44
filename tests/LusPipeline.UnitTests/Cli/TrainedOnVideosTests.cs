using LusPipeline.Cli.Labels;

namespace LusPipeline.UnitTests.Cli;

public sealed class TrainedOnVideosTests
{
    [Theory]
    [InlineData(null, "does not say on which videos")]
    [InlineData(0, "on none of these 9 videos")]
    [InlineData(4, "on 4 of these 9 videos: the accuracy says nothing")]
    public void It_is_said_what_an_accuracy_is_worth(int? trainedOn, string expected) =>
        Assert.Contains(expected, TrainedOnVideos.Text(trainedOn, 9), StringComparison.Ordinal);
}
