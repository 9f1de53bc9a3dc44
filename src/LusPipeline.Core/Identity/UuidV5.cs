using System.Security.Cryptography;
using System.Text;

namespace LusPipeline.Core.Identity;

/// <summary>Name-based UUIDs, version 5 of RFC 9562, section 5.5 (SHA-1 of namespace and name).</summary>
public static class UuidV5
{
    /// <summary>Returns the id of a name within a namespace. It is the same on every machine at any time.</summary>
    public static Guid Create(Guid @namespace, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var bytes = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        @namespace.TryWriteBytes(bytes, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(16));
#pragma warning disable CA5350 // RFC 9562 prescribes SHA-1; the id names, it does not protect.
        var hash = SHA1.HashData(bytes).AsSpan(0, 16);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }

    /// <summary>Returns the id of several parts. Each part is preceded by its length, so that no two lists of parts give the same input.</summary>
    public static Guid Create(Guid @namespace, params ReadOnlySpan<string> parts)
    {
        var name = new StringBuilder();
        foreach (var part in parts)
        {
            name.Append(part.Length).Append(':').Append(part).Append('\n');
        }
        return Create(@namespace, name.ToString());
    }
}
