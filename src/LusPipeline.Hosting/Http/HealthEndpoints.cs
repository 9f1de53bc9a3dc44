using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LusPipeline.Hosting.Http;

/// <summary>The health endpoints and what they answer.</summary>
internal sealed class HealthEndpoints(LoopWatchdog loops, IHostApplicationLifetime lifetime)
{
    /// <summary>Tag of the checks that <c>/health/ready</c> runs. MassTransit gives it to its own check.</summary>
    public const string Ready = "ready";

    private bool Stopping => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Maps <c>/health/live</c> and <c>/health/started</c>, which run no check, and <c>/health/ready</c>, which runs none while the process stops.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        Map(endpoints, "live", _ => false, _ => loops.All.Select(loop => new HealthState(loop.Name, !loop.Stands, loop.Stands ? "stands still" : null)));
        Map(endpoints, "started", _ => false, _ => [Host(lifetime.ApplicationStarted.IsCancellationRequested, "is starting")]);
        Map(endpoints, Ready, check => !Stopping && check.Tags.Contains(Ready), report => Stopping
            ? [Host(false, "is stopping")]
            : report.Entries.Select(entry => new HealthState(entry.Key, entry.Value.Status == HealthStatus.Healthy, entry.Value.Description)));
    }

    private static void Map(
        IEndpointRouteBuilder endpoints, string name, Func<HealthCheckRegistration, bool> checks, Func<HealthReport, IEnumerable<HealthState>> states) =>
        endpoints.MapHealthChecks($"/health/{name}", new()
        {
            Predicate = checks,
            ResponseWriter = (context, report) =>
            {
                var answer = new HealthAnswer([.. states(report)]);
                context.Response.StatusCode = answer.Healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                return context.Response.WriteAsJsonAsync(answer, HostingJson.Health.HealthAnswer, "application/json", context.RequestAborted);
            },
        }).WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));

    private static HealthState Host(bool healthy, string reason) => new("host", healthy, healthy ? null : reason);
}
