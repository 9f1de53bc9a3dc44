using System.Security.Cryptography;
using System.Text.Json;
using LusPipeline.Buckets;
using LusPipeline.Buckets.Npy;

namespace LusPipeline.Pipeline.Features;

/// <summary>Writes the features of a clip as an object: float32 [T,D] in numpy format, with a sidecar.</summary>
internal static class FeaturesObject
{
    /// <returns>The sha256 of the object, lower-case hex.</returns>
    public static async Task<string> WriteAsync(
        IWorkBucket bucket, string key, FeaturesSidecar sidecar, float[] features, CancellationToken cancellation)
    {
        using var npy = new MemoryStream((features.Length * sizeof(float)) + 128);
        NpyFile.Write<float>(npy, [sidecar.Shape[0], sidecar.Shape[1]], features);
        var bytes = npy.GetBuffer().AsMemory(0, (int)npy.Length);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
        var described = JsonSerializer.Serialize(sidecar with { Sha256 = sha256 }, SidecarJson.Default.FeaturesSidecar);
        await bucket.PutAsync(key, bytes, described, cancellation).ConfigureAwait(false);
        return sha256;
    }
}
