using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LusPipeline.Training.Data;

/// <summary>Recognises clips by their features.</summary>
public static class ClipContents
{
    /// <summary>sha256 of a clip's values as float32 in little-endian order, in 64 lower-case hex digits.</summary>
    public static string Sha256(LabelledClips clips, int clip)
    {
        ArgumentNullException.ThrowIfNull(clips);
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(clips[clip].Span)));
    }
}
