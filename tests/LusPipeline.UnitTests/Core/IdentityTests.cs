using LusPipeline.Core.Clips;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Studies;

namespace LusPipeline.UnitTests.Core;

public sealed class IdentityTests
{
    [Fact]
    public void Ids_follow_the_standards_own_example()
    {
        // RFC 9562, appendix A.4: DNS namespace, www.example.com
        Assert.Equal(
            new Guid("2ed6657d-e927-568b-95e1-2665a8aea6a2"),
            UuidV5.Create(new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "www.example.com"));
    }

    [Fact]
    public void Parts_do_not_run_into_each_other() =>
        Assert.NotEqual(LedgerIds.Video("b", "s", "ab", "c"), LedgerIds.Video("b", "s", "a", "bc"));

    [Fact]
    public void A_video_is_its_bucket_study_key_and_content()
    {
        var id = LedgerIds.Video("local", "p1", "p1/a.mp4", "00");

        Assert.Equal(id, LedgerIds.Video("local", "p1", "p1/a.mp4", "00"));
        Assert.NotEqual(id, LedgerIds.Video("other", "p1", "p1/a.mp4", "00"));
        Assert.NotEqual(id, LedgerIds.Video("local", "p1", "p1/b.mp4", "00"));
        Assert.NotEqual(id, LedgerIds.Video("local", "p1", "p1/a.mp4", "01"));
    }

    [Fact]
    public void Other_plans_are_other_clips()
    {
        var video = Guid.NewGuid();
        var plans = new[]
        {
            ClipPlan.Whole(20), ClipPlan.Whole(10),
            ClipPlan.Windows(20, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)),
            ClipPlan.Windows(20, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)),
        };

        Assert.Equal(8, plans.SelectMany(plan => new[] { LedgerIds.Clip(video, plan, 0), LedgerIds.Clip(video, plan, 1) }).Distinct().Count());
    }

    [Theory]
    [InlineData("patient1/day1/a.mp4", "patient1", "day1/a.mp4")]
    [InlineData("patient1/a.mp4", "patient1", "a.mp4")]
    [InlineData("a.mp4", "a.mp4", "a.mp4")]
    public void The_first_segment_is_the_study(string key, string study, string video) =>
        Assert.Equal(new ObjectName(study, video), ObjectName.FromKey(key));
}
