using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LusPipeline.Hosting.Http;

/// <summary>
/// One thing that a worker needs before work makes sense: the database, a warm model. Probes come from outside, so they share an answer, which
/// spares the server that it asks; and the message of an exception, which may hold a password or a patient's name, stays inside.
/// </summary>
/// <param name="ask">Gives null when the thing is there, or a short reason without secrets and without names of files.</param>
internal sealed class ReadyCheck(Func<CancellationToken, Task<string?>> ask, TimeProvider clock) : IHealthCheck
{
    /// <summary>The longest that a probe waits.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer serves further probes.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<HealthCheckResult>? _answer;
    private long _askedAt;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_answer is null || (_answer.IsCompleted && clock.GetElapsedTime(_askedAt) >= MaxAge))
                (_askedAt, _answer) = (clock.GetTimestamp(), AskAsync());
            return _answer.WaitAsync(cancellationToken);
        }
    }

    private async Task<HealthCheckResult> AskAsync()
    {
        using var limit = new CancellationTokenSource(Timeout);
        try
        {
            return await ask(limit.Token).WaitAsync(limit.Token).ConfigureAwait(false) is { } reason
                ? HealthCheckResult.Unhealthy(reason)
                : HealthCheckResult.Healthy();
        }
        catch (Exception failure)
        {
            return HealthCheckResult.Unhealthy(failure is TimeoutException or OperationCanceledException ? "does not answer in time" : $"fails ({failure.GetType().Name})");
        }
    }
}
