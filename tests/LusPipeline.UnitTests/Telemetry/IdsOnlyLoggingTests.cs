using System.Globalization;
using System.Net.Sockets;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using LusPipeline.Hosting.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LusPipeline.UnitTests.Telemetry;

public sealed class IdsOnlyLoggingTests
{
    private const string Name = "Mueller^Hans";

    [Fact]
    public void No_message_of_an_exception_reaches_a_log()
    {
        var log = new ListLogger();
        using var services = new ServiceCollection().AddLogging(logging => logging.AddProvider(log).AddIdsOnly()).BuildServiceProvider();

        services.GetRequiredService<ILogger<IdsOnlyLoggingTests>>().LogWarning(Failure(), "An attempt at video {VideoId} failed", 7);

        var text = Assert.Single(log.Texts);
        Assert.DoesNotContain(Name, text, StringComparison.Ordinal);
        Assert.Contains("An attempt at video 7 failed", text, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException <- System.IO.FileNotFoundException (0x80070002) <- System.Net.Sockets.SocketException (ConnectionRefused)", text, StringComparison.Ordinal);
        Assert.Contains(nameof(Failure), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Levels_and_filters_stay_as_they_are()
    {
        var log = new ListLogger();
        using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(log).AddFilter("Quiet", LogLevel.None).SetMinimumLevel(LogLevel.Warning).AddIdsOnly())
            .BuildServiceProvider();
        var loggers = services.GetRequiredService<ILoggerFactory>();

        loggers.CreateLogger("Quiet").LogError("quiet");
        loggers.CreateLogger("Loud").LogInformation("too little");
        loggers.CreateLogger("Loud").LogError("loud");

        Assert.Equal(["loud"], log.Texts.Select(text => text.Trim()));
    }

    [Fact]
    public void Messages_that_promise_to_hold_ids_only_stay()
    {
        Assert.Equal(
            "LusPipeline.Core.Outcomes.TransientException (ffmpeg ended by a signal.)",
            FaultText.Summary(new TransientException(ReasonCode.DecoderCrashed, "ffmpeg ended by a signal.")));
    }

    private static InvalidOperationException Failure()
    {
        try
        {
            throw new InvalidOperationException($"{Name} is wrong", new FileNotFoundException($"No {Name}.mp4", Name, new SocketException((int)SocketError.ConnectionRefused)));
        }
        catch (InvalidOperationException failure)
        {
            return failure;
        }
    }

    private sealed class ListLogger : ILoggerProvider, ILogger
    {
        public List<string> Texts { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Texts.Add(string.Create(CultureInfo.InvariantCulture, $"{formatter(state, exception)} {exception?.Message} {exception}"));

        public void Dispose()
        {
        }
    }
}
