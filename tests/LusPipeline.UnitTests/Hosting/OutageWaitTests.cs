using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Broker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Hosting;

/// <summary>What the log says of an outage.</summary>
public sealed class OutageWaitTests
{
    [Theory]
    [InlineData("bucket")]
    [InlineData("archive")]
    public async Task The_place_that_does_not_answer_is_named(string place)
    {
        var log = new Lines();
        var clock = new FakeTimeProvider();

        var waiting = new OutageWait(clock, log).WaitAsync(new BucketUnavailableException("away") { Place = place }, tries: 0, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(5));
        await waiting;

        Assert.Equal($"The {place} is not reachable (BucketUnavailableException): waiting", Assert.Single(log.All));
    }

    private sealed class Lines : ILogger<OutageWait>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Add(formatter(state, exception));
    }
}
