using System.Text;
using System.Text.Json;
using LusPipeline.Buckets.S3;

namespace LusPipeline.Hosting.Notifications;

/// <summary>
/// Parses a notification: S3's event JSON, as AWS, Ceph and others send it. It comes from outside, so it is trusted for nothing more than
/// that somebody may have uploaded something.
/// </summary>
internal static class ObjectEvents
{
    /// <summary>Larger than any notification: AWS sends at most 256 KiB.</summary>
    public const int MostBytes = 256 * 1024;

    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 32 };

    /// <returns>The keys of the objects that were created in this bucket, as the notification writes them; null for a text that is no notification.</returns>
    public static IReadOnlyList<string>? KeysOf(ReadOnlyMemory<byte> body, string bucket)
    {
        if (body.Length > MostBytes)
            return null;
        try
        {
            using var document = JsonDocument.Parse(body, Json);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("Records", out var records) || records.ValueKind != JsonValueKind.Array)
                return null;
            return [.. records.EnumerateArray().Where(record => IsCreation(record, bucket)).Select(KeyOf).OfType<string>()];
        }
        catch (Exception garbage) when (garbage is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: the text is no valid Unicode.
            return null;
        }
    }

    /// <summary>The names that a key may stand for: AWS encodes keys as in a query, Ceph does not. Both are looked up in the bucket.</summary>
    public static IReadOnlyList<string> NamesOf(string key)
    {
        var decoded = key.AsSpan().ContainsAny('%', '+') ? Uri.UnescapeDataString(key.Replace('+', ' ')) : key;
        return decoded == key ? [key] : [key, decoded];
    }

    private static bool IsCreation(JsonElement record, string bucket) =>
        Text(record, "eventName") is { } name && Trimmed(name).StartsWith("ObjectCreated:", StringComparison.Ordinal)
        && Text(record, "s3", "bucket", "name") == bucket;

    private static ReadOnlySpan<char> Trimmed(string name) => name.StartsWith("s3:", StringComparison.Ordinal) ? name.AsSpan(3) : name;

    private static string? KeyOf(JsonElement record) =>
        Text(record, "s3", "object", "key") is { Length: > 0 } key && Encoding.UTF8.GetByteCount(key) <= 3 * S3VideoBucket.MostKeyBytes ? key : null;

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}
