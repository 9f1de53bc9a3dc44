namespace LusPipeline.Hosting.Http;

/// <summary>The JSON of a health endpoint.</summary>
internal sealed record HealthAnswer(IReadOnlyList<HealthState> Checks)
{
    public bool Healthy => Checks.All(check => check.Healthy);
}

/// <param name="Reason">Short, without secrets and names; null when healthy.</param>
internal sealed record HealthState(string Name, bool Healthy, string? Reason);
