using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LusPipeline.Hosting.Http;

/// <summary>One thing that a worker needs before work makes sense: the broker, the database, a warm model.</summary>
/// <param name="AskAsync">Null when it is there, or a short reason without secrets and without names of files.</param>
public sealed record ReadyCheck(Func<CancellationToken, Task<string?>> AskAsync) : IHealthCheck
{
    /// <summary>The longest that an answer waits for it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var reason = await AskAsync(cancellationToken).WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
            return reason is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(reason);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The message may hold a password or a patient's name; the type does not.
            return HealthCheckResult.Unhealthy(failure is TimeoutException or OperationCanceledException ? "does not answer in time" : $"fails ({failure.GetType().Name})");
        }
    }
}
