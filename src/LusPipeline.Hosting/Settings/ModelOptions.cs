using System.ComponentModel.DataAnnotations;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Settings;

/// <summary>The model bundles that workers compute with.</summary>
public sealed record ModelOptions
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
    [AllowedValues(null, BundleVariant.Fp32, BundleVariant.Fp16, BundleVariant.Int8)]
    public string? Variant { get; init; }

    /// <summary>
    /// Compute with the bundle's slim form, which leaves out what its head does not read: the same predictions in less time, and no other features. Set it
    /// for all workers or for none: the slim form has an id of its own.
    /// </summary>
    public bool Fast { get; init; }

    /// <summary>
    /// PEM files of public keys (ECDSA on P-256). With one or more of them, workers run only bundles that one of these keys has signed
    /// (<c>lus models sign</c>).
    /// </summary>
    public IReadOnlyList<string> TrustedKeys { get; init; } = [];
}
