using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LusPipeline.Buckets;

namespace LusPipeline.Pipeline.Intake;

/// <summary>
/// Remembers the objects of the last whole listing, 16 bytes each, so that a bucket full of finished objects costs a listing and nothing
/// more. What was not seen to the end is not remembered.
/// </summary>
public sealed class SeenObjects
{
    private volatile HashSet<UInt128> _before = [];
    private HashSet<UInt128> _now = [];

    /// <summary>Call before each listing.</summary>
    public void Begin() => _now = new(_before.Count);

    /// <summary>Whether the last finished listing had it with this content; for any thread.</summary>
    public bool Knows(BucketObject item) => _before.Contains(Hash(item));

    /// <summary>Whether the last listing had it with this content; it is then remembered further on.</summary>
    public bool Has(BucketObject item)
    {
        var hash = Hash(item);
        return _before.Contains(hash) && (_now.Add(hash) || true);
    }

    /// <summary>The object needs no other look as long as its content stays.</summary>
    public void Add(BucketObject item) => _now.Add(Hash(item));

    /// <summary>Call when a listing is finished and what it found is in the ledger.</summary>
    public void Finish() => _before = _now;

    private static UInt128 Hash(BucketObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{item.Key.Length}:{item.Key}{item.Tag}"), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
