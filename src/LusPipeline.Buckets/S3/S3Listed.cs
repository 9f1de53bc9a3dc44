namespace LusPipeline.Buckets.S3;

/// <summary>An object of a listing.</summary>
/// <param name="Key">The whole key; null if it is not UTF-8, so that the object cannot be requested.</param>
/// <param name="Encoded">The key as the server sent it, percent-encoded.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Modified">Time of the last write, UTC.</param>
/// <param name="ETag">The ETag without quotes.</param>
/// <param name="Version">The version's id; empty in a bucket that is not read by versions.</param>
internal readonly record struct S3Listed(string? Key, string Encoded, long Size, DateTime Modified, string ETag, string Version);
