using LusPipeline.Core.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>
/// Keeps the messages of exceptions out of all logs, because they may hold names of files, which may be a patient's. The logs get
/// <see cref="FaultText"/> instead.
/// </summary>
public static class IdsOnlyLogging
{
    public static ILoggingBuilder AddIdsOnly(this ILoggingBuilder logging)
    {
        ArgumentNullException.ThrowIfNull(logging);
        logging.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(services => new Factory(new LoggerFactory(
            services.GetServices<ILoggerProvider>(), services.GetRequiredService<IOptionsMonitor<LoggerFilterOptions>>(),
            services.GetRequiredService<IOptions<LoggerFactoryOptions>>(), services.GetService<IExternalScopeProvider>()))));
        return logging;
    }

    private sealed class Factory(LoggerFactory inner) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new Logger(inner.CreateLogger(categoryName));

        public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

        public void Dispose() => inner.Dispose();
    }

    private sealed class Logger(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var fault = exception is null ? null : new Fault(exception);
            inner.Log(logLevel, eventId, state, fault, formatter);
        }
    }

    private sealed class Fault(Exception failure) : Exception(FaultText.Summary(failure))
    {
        public override string? StackTrace => failure.StackTrace;

        public override string ToString() => FaultText.Full(failure);
    }
}
