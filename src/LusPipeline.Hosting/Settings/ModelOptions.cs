using System.ComponentModel.DataAnnotations;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Settings;

/// <summary>The model bundles that workers compute with.</summary>
public sealed record ModelOptions : IValidatableObject
{
    public const string Section = "Model";

    /// <summary>Name or folder of the bundle for new videos. Without it, the default bundle.</summary>
    public string? Bundle { get; init; }

    /// <summary>Names or folders of further bundles that this worker can run, for videos that are replayed with them.</summary>
    public IReadOnlyList<string> More { get; init; } = [];

    /// <summary>
    /// Variant of the bundle for new videos: <c>fp32</c>, <c>fp16</c> or <c>int8</c>. Without it, the ingest worker takes the best one of its own
    /// machine, so set it where machines differ.
    /// </summary>
    public string? Variant { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Variant is not null && !BundleVariant.All.Contains(Variant))
            yield return new($"{Section}:{nameof(Variant)} '{Variant}' is none of {string.Join(", ", BundleVariant.All)}.", [nameof(Variant)]);
    }
}
