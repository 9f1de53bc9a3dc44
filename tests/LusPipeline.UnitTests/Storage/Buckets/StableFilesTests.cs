using LusPipeline.Buckets;
using LusPipeline.Core.Outcomes;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Storage.Buckets;

public sealed class StableFilesTests
{
    private static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly StableFiles _stable = new(new FakeTimeProvider(Now), TimeSpan.FromSeconds(3));

    [Fact]
    public void An_older_file_is_settled_at_once() => Assert.True(_stable.IsSettled(Written(secondsAgo: 3)));

    [Theory]
    [InlineData(2)]
    [InlineData(-100)]
    public void A_younger_file_is_settled_when_two_listings_find_the_same(int secondsAgo)
    {
        _stable.BeginListing();
        Assert.False(_stable.IsSettled(Written(secondsAgo)));
        Assert.Equal(1, _stable.Waiting);

        _stable.BeginListing();
        Assert.True(_stable.IsSettled(Written(secondsAgo)));
        Assert.Equal(0, _stable.Waiting);
    }

    [Fact]
    public void A_file_that_grows_is_not_settled()
    {
        for (var size = 1; size < 5; size++)
        {
            _stable.BeginListing();
            Assert.False(_stable.IsSettled(Written(1, $"{size}")));
        }
    }

    [Fact]
    public void A_file_that_was_away_for_a_listing_begins_again()
    {
        _stable.BeginListing();
        _stable.IsSettled(Written(1));
        _stable.BeginListing();
        _stable.BeginListing();

        Assert.False(_stable.IsSettled(Written(1)));
    }

    [Fact]
    public void What_is_not_read_needs_no_waiting()
    {
        Assert.True(_stable.IsSettled(Written(0) with { Skipped = true }));
        Assert.True(_stable.IsSettled(Written(0) with { Reason = ReasonCode.OutsideBucket }));
    }

    private static BucketObject Written(int secondsAgo, string tag = "a") => new("study/1.mp4", 10, Now.AddSeconds(-secondsAgo), tag);
}
