using System.Security.Cryptography;
using System.Text;

namespace LusPipeline.Core.Identity;

/// <summary>
/// The secret with which an installation hashes the UIDs of DICOM objects. The same UID has the same hash wherever the key is the same, and without the key
/// nobody can find out which UID a hash belongs to by trying UIDs.
/// </summary>
public sealed class InstallationKey
{
    /// <summary>Least number of characters of a key.</summary>
    public const int LeastCharacters = 32;

    private const int NewKeyBytes = 32;
    private const int HashBytes = 16;

    private readonly byte[] _key;

    /// <param name="text">The key: at least <see cref="LeastCharacters"/> characters that nobody can guess.</param>
    public InstallationKey(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(text.Length, LeastCharacters, nameof(text));
        _key = Encoding.UTF8.GetBytes(text);
    }

    /// <summary>Makes the text of a new key.</summary>
    public static string NewText() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NewKeyBytes));

    /// <summary>The identity of a DICOM object.</summary>
    public LoopIdentity Identify(string studyUid, string instanceUid) => new($"dicom-{Hash("study", studyUid)}", $"dicom-{Hash("instance", instanceUid)}");

    /// <summary>HMAC-SHA-256 (RFC 2104), shortened to 128 bits, in lower-case hex.</summary>
    private string Hash(string kind, string uid) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{kind}:{uid}")).AsSpan(0, HashBytes));
}
