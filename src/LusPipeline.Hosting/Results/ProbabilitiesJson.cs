using LusPipeline.Core.Probabilities;

namespace LusPipeline.Hosting.Results;

/// <summary>The probabilities of the three classes, each in [0, 1].</summary>
public sealed record ProbabilitiesJson(double Covid, double Pneumonia, double Healthy)
{
    public static ProbabilitiesJson? From(Result? result) =>
        result is { Probabilities: var p } ? new(p.Covid, p.Pneumonia, p.Healthy) : null;
}
