using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LusPipeline.Buckets;

namespace LusPipeline.Pipeline.Intake;

/// <summary>
/// Remembers the objects of the last complete listing, with 16 bytes each. A bucket full of finished objects then costs only its listing.
/// Objects of a listing that did not finish are not remembered.
/// </summary>
public sealed class SeenObjects
{
    private volatile HashSet<UInt128> _before = [];
    private HashSet<UInt128> _now = [];

    /// <summary>Call before each listing.</summary>
    public void Begin() => _now = new(_before.Count);

    /// <summary>Whether the last complete listing had the object with this content. Any thread may call this.</summary>
    public bool Knows(BucketObject item) => _before.Contains(Hash(item));

    /// <summary>Whether the last complete listing had the object with this content. If so, it is remembered for the next listing too.</summary>
    public bool Has(BucketObject item)
    {
        var hash = Hash(item);
        return _before.Contains(hash) && (_now.Add(hash) || true);
    }

    /// <summary>Records that the object needs no further check as long as its content does not change.</summary>
    public void Add(BucketObject item) => _now.Add(Hash(item));

    /// <summary>Call before <see cref="Begin"/> when the ledger may lack videos of earlier listings. All objects are then checked again.</summary>
    public void Forget() => _before = [];

    /// <summary>Call when a listing is complete and its videos are in the ledger.</summary>
    public void Finish() => _before = _now;

    private static UInt128 Hash(BucketObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{item.Key.Length}:{item.Key}{item.Tag}"), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
