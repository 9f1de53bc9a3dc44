using System.Text.Json.Serialization;

namespace LusPipeline.Pipeline.Features;

/// <summary>The sidecar of a features object, stored as JSON. It says what the features were computed with.</summary>
/// <param name="Bundle">The bundle's id.</param>
/// <param name="Shape">[T, D].</param>
/// <param name="Sha256">sha256 of the features object, lower-case hex.</param>
public sealed record FeaturesSidecar(string Bundle, string Variant, string BackboneSha256, int[] Shape, string Sha256 = "");

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FeaturesSidecar))]
internal sealed partial class SidecarJson : JsonSerializerContext;
