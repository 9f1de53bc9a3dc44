using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Hosting.Offline;
using LusPipeline.Hosting.Results;

namespace LusPipeline.Cli.Output;

/// <summary>What one bundle says of a video.</summary>
internal sealed record ComparedSideJson(string? Diagnosis, ProbabilitiesJson? Probabilities)
{
    public static ComparedSideJson From(ClassProbabilities? probabilities) =>
        new(probabilities?.Winner.Name(), probabilities is { } p ? new(p.Covid, p.Pneumonia, p.Healthy) : null);
}

/// <summary>The line of one compared video.</summary>
internal sealed record ComparedVideoJson(string Kind, string Video, ComparedSideJson? A, ComparedSideJson? B, bool? Agree, double? Difference, double? Cosine, string? Reason, string? Detail);

/// <summary>One of the two bundles.</summary>
internal sealed record ComparedBundleJson(string Name, string Version, string Id, string Variant, double FramesPerSecond)
{
    public static ComparedBundleJson From(ComparedBundle bundle) => new(bundle.Name, bundle.Version, bundle.Id, bundle.Variant, bundle.FramesPerSecond);
}

/// <summary>The last line.</summary>
internal sealed record ComparisonSummaryJson(
    string Kind, ComparedBundleJson A, ComparedBundleJson B, int Videos, int Rejected, int Diagnosed, int Agreeing, double? Difference, double? Cosine);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ComparedVideoJson))]
[JsonSerializable(typeof(ComparisonSummaryJson))]
internal sealed partial class ComparisonJson : JsonSerializerContext
{
    /// <summary>One object a line; text stays readable, whatever its script.</summary>
    public static ComparisonJson Lines { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
