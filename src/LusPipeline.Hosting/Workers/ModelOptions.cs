using System.ComponentModel.DataAnnotations;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Workers;

/// <summary>What workers compute with.</summary>
public sealed record ModelOptions : IValidatableObject
{
    public const string Section = "Model";

    /// <summary>Name or folder of the bundle that new videos are meant for; the default bundle if left out.</summary>
    public string? Bundle { get; init; }

    /// <summary>Names or folders of further bundles that this worker can run: those that videos are replayed with.</summary>
    public IReadOnlyList<string> More { get; init; } = [];

    /// <summary>The bundle's variant for new videos: fp32, fp16 or int8. Left out, the ingest worker takes the best that its own machine runs, so set it where machines differ.</summary>
    public string? Variant { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Variant is not null && !BundleVariant.All.Contains(Variant))
            yield return new($"{Section}:{nameof(Variant)} '{Variant}' is none of {string.Join(", ", BundleVariant.All)}.", [nameof(Variant)]);
    }
}
