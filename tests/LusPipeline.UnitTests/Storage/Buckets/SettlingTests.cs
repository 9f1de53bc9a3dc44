using LusPipeline.Buckets;
using LusPipeline.Core.Outcomes;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Storage.Buckets;

public sealed class SettlingTests
{
    private static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly Settling settling = new(new FakeTimeProvider(Now), TimeSpan.FromSeconds(3));

    [Fact]
    public void An_older_file_is_settled_at_once() => Assert.True(settling.IsSettled(Written(secondsAgo: 3)));

    [Theory]
    [InlineData(2)]
    [InlineData(-100)]
    public void A_younger_file_is_settled_when_two_listings_find_the_same(int secondsAgo)
    {
        settling.BeginListing();
        Assert.False(settling.IsSettled(Written(secondsAgo)));
        Assert.Equal(1, settling.Waiting);

        settling.BeginListing();
        Assert.True(settling.IsSettled(Written(secondsAgo)));
        Assert.Equal(0, settling.Waiting);
    }

    [Fact]
    public void A_file_that_grows_is_not_settled()
    {
        for (var size = 1; size < 5; size++)
        {
            settling.BeginListing();
            Assert.False(settling.IsSettled(Written(1, $"{size}")));
        }
    }

    [Fact]
    public void A_file_that_was_away_for_a_listing_begins_again()
    {
        settling.BeginListing();
        settling.IsSettled(Written(1));
        settling.BeginListing();
        settling.BeginListing();

        Assert.False(settling.IsSettled(Written(1)));
    }

    [Fact]
    public void What_is_not_read_needs_no_waiting()
    {
        Assert.True(settling.IsSettled(Written(0) with { Skipped = true }));
        Assert.True(settling.IsSettled(Written(0) with { Reason = ReasonCode.OutsideBucket }));
    }

    private static BucketObject Written(int secondsAgo, string tag = "a") => new("study/1.mp4", 10, Now.AddSeconds(-secondsAgo), tag);
}
