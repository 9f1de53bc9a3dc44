using System.Buffers.Text;
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
    private const int NonceBytes = 12;
    private const int SealBytes = 16;

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

    /// <summary>
    /// Encrypts a text so that only this key opens it (AES-256-GCM). The same text has the same form each time, because its nonce is computed from it.
    /// </summary>
    public string Seal(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var whole = new byte[NonceBytes + SealBytes + plain.Length];
        var nonce = whole.AsSpan(0, NonceBytes);
        HMACSHA256.HashData(Derived("nonce"), plain).AsSpan(0, NonceBytes).CopyTo(nonce);
        using var cipher = new AesGcm(Derived("seal"), SealBytes);
        cipher.Encrypt(nonce, plain, whole.AsSpan(NonceBytes + SealBytes), whole.AsSpan(NonceBytes, SealBytes));
        return Base64Url.EncodeToString(whole);
    }

    /// <summary>Decrypts a text of <see cref="Seal"/>.</summary>
    /// <returns>Null if the text was not sealed with this key.</returns>
    public string? Open(string sealedText)
    {
        ArgumentNullException.ThrowIfNull(sealedText);
        if (!Base64Url.IsValid(sealedText))
            return null;
        var whole = Base64Url.DecodeFromChars(sealedText);
        if (whole.Length < NonceBytes + SealBytes)
            return null;
        var plain = new byte[whole.Length - NonceBytes - SealBytes];
        using var cipher = new AesGcm(Derived("seal"), SealBytes);
        try
        {
            cipher.Decrypt(whole.AsSpan(0, NonceBytes), whole.AsSpan(NonceBytes + SealBytes), whole.AsSpan(NonceBytes, SealBytes), plain);
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>A key for one use alone (HKDF, RFC 5869).</summary>
    private byte[] Derived(string use) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, NewKeyBytes, info: Encoding.UTF8.GetBytes($"lus {use}"));

    /// <summary>HMAC-SHA-256 (RFC 2104), shortened to 128 bits, in lower-case hex.</summary>
    private string Hash(string kind, string uid) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{kind}:{uid}")).AsSpan(0, HashBytes));
}
