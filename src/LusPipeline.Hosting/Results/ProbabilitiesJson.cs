using LusPipeline.Core.Probabilities;

namespace LusPipeline.Hosting.Results;

/// <summary>Probabilities of the classes.</summary>
public sealed record ProbabilitiesJson(double Covid, double Pneumonia, double Healthy)
{
    public static ProbabilitiesJson? From(Result? result) =>
        result is { Probabilities: var p } ? new(p.Covid, p.Pneumonia, p.Healthy) : null;
}
