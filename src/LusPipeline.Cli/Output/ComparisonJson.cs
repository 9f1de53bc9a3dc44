using LusPipeline.Core.Probabilities;
using LusPipeline.Hosting.Offline;
using LusPipeline.Hosting.Results;

namespace LusPipeline.Cli.Output;

/// <summary>The result of one bundle for a video.</summary>
internal sealed record ComparedSideJson(string? Diagnosis, ProbabilitiesJson? Probabilities)
{
    public static ComparedSideJson From(ClassProbabilities? probabilities) =>
        new(probabilities?.Winner.Name(), probabilities is { } p ? new(p.Covid, p.Pneumonia, p.Healthy) : null);
}

/// <summary>The line of one video that was compared.</summary>
internal sealed record ComparedVideoJson(
    string Kind, string Video, ComparedSideJson? A, ComparedSideJson? B, bool? Agree, double? Difference, double? Cosine, string? Reason, string? Detail);

/// <summary>One of the two bundles that were compared.</summary>
internal sealed record ComparedBundleJson(string Name, string Version, string Id, string Variant, double FramesPerSecond)
{
    public static ComparedBundleJson From(ComparedBundle bundle) => new(bundle.Name, bundle.Version, bundle.Id, bundle.Variant, bundle.FramesPerSecond);
}

/// <summary>The last line: the summary.</summary>
internal sealed record ComparisonSummaryJson(
    string Kind, ComparedBundleJson A, ComparedBundleJson B, int Videos, int Rejected, int Diagnosed, int Agreeing, double? Difference, double? Cosine);
