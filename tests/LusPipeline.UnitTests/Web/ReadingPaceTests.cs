using LusPipeline.Ledger.Results;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Web;

/// <summary>However slowly studies come, what is read at a time fits the time that is left.</summary>
public sealed class ReadingPaceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Where_studies_come_quickly_many_are_read_at_a_time()
    {
        var pace = new ReadingPace(_clock, Patience);
        Assert.Equal(ReadingPace.Fewest, pace.Next());
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ReadingPace.Most, pace.Next());
        Assert.False(pace.IsOver);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void No_portion_goes_far_beyond_the_time(double millisecondsEach)
    {
        var (pace, began, portions) = (new ReadingPace(_clock, Patience), _clock.GetTimestamp(), 0);
        while (!pace.IsOver)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(pace.Next() * millisecondsEach));
            portions++;
        }
        Assert.InRange(_clock.GetElapsedTime(began), Patience, Patience + TimeSpan.FromMilliseconds(ReadingPace.Fewest * millisecondsEach));
        Assert.InRange(portions, 2, 20);
    }
}
