using LusPipeline.Buckets.S3;

namespace LusPipeline.UnitTests.Storage.Buckets.S3;

public sealed class WatchPrefixTests
{
    [Theory]
    [InlineData("incoming/", "incoming/", "incoming/", false)]
    [InlineData("in/{yyyy}/{MM}/{dd}/", "in/2026/03/01/", "in/", true)]
    [InlineData("{yyyy}{MM}{dd}/", "20260301/", "", true)]
    [InlineData("site-a/{yyyy}-{MM}/x/", "site-a/2026-03/x/", "site-a/", true)]
    public void A_prefix_holds_the_day(string text, string day, string rest, bool dated)
    {
        var prefix = WatchPrefix.Parse(text);

        Assert.Equal((day, rest, dated), (prefix.On(new DateOnly(2026, 3, 1)), prefix.Fixed, prefix.IsDated));
        Assert.Equal(day, prefix.Match(day + "study/1.mp4"));
    }

    [Theory]
    [InlineData("in/2026/03/x1/p/1.mp4")]
    [InlineData("in/2026/03/")]
    [InlineData("out/2026/03/01/p/1.mp4")]
    public void A_key_elsewhere_is_not_below_it(string key) => Assert.Null(WatchPrefix.Parse("in/{yyyy}/{MM}/{dd}/").Match(key));

    [Theory]
    [InlineData("")]
    [InlineData("incoming")]
    [InlineData("/incoming/")]
    [InlineData("in/{yy}/")]
    [InlineData("in/{yyyy/")]
    [InlineData("in/\0/")]
    public void What_cannot_be_watched_is_told(string text)
    {
        Assert.False(WatchPrefix.TryParse(text, out _, out var problem));
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/", "a/", true)]
    [InlineData("a/", "a/b/", true)]
    [InlineData("a/", "b/", false)]
    [InlineData("a/{yyyy}/", "a/2026/x/", true)]
    [InlineData("a/{yyyy}/", "a/urgent/", false)]
    [InlineData("a/{yyyy}/", "a/{yyyy}{MM}/", false)]
    [InlineData("{yyyy}/", "{MM}{dd}/", true)]
    public void Prefixes_overlap_where_a_key_may_be_below_both(string one, string other, bool overlap)
    {
        Assert.Equal(overlap, WatchPrefix.Parse(one).Overlaps(WatchPrefix.Parse(other)));
        Assert.Equal(overlap, WatchPrefix.Parse(other).Overlaps(WatchPrefix.Parse(one)));
    }
}
