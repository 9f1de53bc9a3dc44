using System.Security.Cryptography;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Pipeline.Attempts;

/// <summary>An array that an earlier stage stored as an object: the frames or the features of a clip. The clip's row has its checksum.</summary>
internal static class StoredArray
{
    /// <summary>Reads an object's content if it is what the earlier stage wrote. The values are not copied.</summary>
    /// <param name="content">The whole object.</param>
    /// <param name="type">The type that the values must have.</param>
    /// <param name="key">The object's key.</param>
    /// <param name="sha256">The checksum of the row, lower-case hex; null if the row has none.</param>
    /// <exception cref="MissingObjectException">The content is another or damaged, or it cannot be checked.</exception>
    public static NpyView Parse(ReadOnlyMemory<byte> content, NpyType type, string key, string? sha256)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(content.Span)) != sha256)
            throw new MissingObjectException(key);
        try
        {
            return NpyView.Parse(content, type, key);
        }
        catch (NpyException damaged)
        {
            throw new MissingObjectException(key, damaged);
        }
    }
}
