namespace LusPipeline.Buckets.S3;

/// <summary>An object of a listing.</summary>
/// <param name="Key">The whole key; null when it is no UTF-8 and cannot be asked for.</param>
/// <param name="Encoded">The key as the server sent it, percent-encoded.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">UTC.</param>
/// <param name="ETag">Without quotes.</param>
/// <param name="Version">Empty in a bucket that is not read by versions.</param>
internal readonly record struct S3Listed(string? Key, string Encoded, long Size, DateTime Modified, string ETag, string Version);
