using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Run;

namespace LusPipeline.UnitTests.Hosting;

public sealed class RunProgressTests
{
    private readonly StageEvents _events = new();
    private readonly RunProgress _progress = new();

    public RunProgressTests()
    {
        _progress.Follow(_events);
        _progress.OnRegistered(2);
    }

    [Fact]
    public void The_time_left_follows_from_the_clips_of_the_videos_that_are_cut()
    {
        _events.OnVideoCut(Guid.NewGuid(), 10);
        Predict(5);

        // 5 clips of the one video, and 10 expected of the other.
        Assert.Equal(TimeSpan.FromSeconds(30), _progress.Left(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void No_time_is_told_while_clips_of_a_video_are_done_that_is_still_being_cut()
    {
        Predict(279);

        Assert.Null(_progress.Left(TimeSpan.FromSeconds(40)));
    }

    private void Predict(int clips)
    {
        for (var clip = 0; clip < clips; clip++)
            _events.OnClipPredicted(Guid.NewGuid());
    }
}
