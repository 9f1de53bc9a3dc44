using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LusPipeline.Models.Bundles;

/// <summary>Computes a bundle's id: the sha256 of its inference part, written in a canonical form.</summary>
internal static class BundleId
{
    /// <returns>The id, 64 lower-case hex digits.</returns>
    public static string Compute(BundleInference inference)
    {
        var text = new StringBuilder("lus bundle 1\n");
        text.Append(CultureInfo.InvariantCulture, $"frames {inference.Frames} {inference.Height} {inference.Width}\n");
        text.Append(CultureInfo.InvariantCulture, $"preprocess {inference.Preprocess}\n");
        text.Append(CultureInfo.InvariantCulture, $"features {inference.Features}\n");
        text.Append(CultureInfo.InvariantCulture, $"classes {string.Join(' ', inference.Classes)}\n");
        text.Append(CultureInfo.InvariantCulture, $"threshold {inference.Threshold:R}\n");
        foreach (var (variant, backbone) in inference.Backbones.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"backbone {variant} {backbone.Sha256}\n");
        text.Append(CultureInfo.InvariantCulture, $"head {inference.Head?.Sha256}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
