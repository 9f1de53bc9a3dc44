using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Configuration;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("5s", 5_000)]
    [InlineData("1.5 min", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("0s", 0)]
    [InlineData("00:00:05", 5_000)]
    [InlineData("1.00:00:00", 86_400_000)]
    [InlineData(" 00:00:00.25 ", 250)]
    public void Durations_are_read(string text, int milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5x")]
    [InlineData("-5s")]
    [InlineData("5sm")]
    [InlineData("1e9s")]
    [InlineData("99999999d")]
    [InlineData("00:61:00")]
    [InlineData("")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(250, "250ms")]
    [InlineData(90_000, "90s")]
    [InlineData(600_000, "10min")]
    [InlineData(172_800_000, "2d")]
    public void Durations_are_written_as_they_are_read(int milliseconds, string text)
    {
        Assert.Equal(text, Durations.Format(TimeSpan.FromMilliseconds(milliseconds)));
        Assert.True(Durations.TryParse(text, out var again));
        Assert.Equal(milliseconds, again.TotalMilliseconds);
    }
}
