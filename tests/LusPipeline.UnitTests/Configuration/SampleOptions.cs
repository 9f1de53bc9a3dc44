using System.ComponentModel.DataAnnotations;

namespace LusPipeline.UnitTests.Configuration;

/// <summary>A section with everything that a section may have.</summary>
public sealed record SampleOptions : IValidatableObject
{
    public const string Section = "Sample";

    [Required]
    public string? ConnectionString { get; init; }

    [Required]
    public Uri? Uri { get; init; }

    public string? SecretKey { get; init; }

    public string? SecretKeyFile { get; init; }

    [StringLength(8)]
    public string Prefix { get; init; } = "lus";

    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    [Range(0, 20)]
    public int Limit { get; init; } = 20;

    [Range(1, long.MaxValue)]
    public long Bytes { get; init; } = 1;

    [AllowedValues(null, "red", "green")]
    public string? Colour { get; init; }

    public int? Size { get; init; }

    public double Share { get; init; } = 0.5;

    public bool Strict { get; init; } = true;

    public DayOfWeek Day { get; init; } = DayOfWeek.Monday;

    public IReadOnlyList<string> More { get; init; } = [];

    public IReadOnlyList<SampleRule> Rules { get; init; } = [];

    public SampleRule Main { get; init; } = new();

    public IReadOnlyDictionary<string, int> Weights { get; init; } = new Dictionary<string, int>();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Limit < Main.Depth)
            yield return new("has to reach Main:Depth.", [nameof(Limit)]);
    }
}

public sealed record SampleRule
{
    [Range(1, 9)]
    public int Depth { get; init; } = 1;

    public string? Password { get; init; }
}
