using System.Security.Cryptography;

namespace LusPipeline.Models.Bundles;

/// <summary>The public keys of those whose bundles may be run.</summary>
public sealed class TrustedKeys
{
    /// <summary>DER of each key (SubjectPublicKeyInfo), with its name.</summary>
    private readonly IReadOnlyList<(string Name, byte[] Key)> _keys;

    private TrustedKeys(IReadOnlyList<(string Name, byte[] Key)> keys) => _keys = keys;

    /// <param name="files">PEM files of public keys of ECDSA on P-256.</param>
    /// <returns>Null without files: then every bundle may be run.</returns>
    /// <exception cref="BundleException">A file is no such key.</exception>
    public static TrustedKeys? Read(IReadOnlyCollection<string> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return files.Count == 0 ? null : new(files.Select(file =>
        {
            using var key = SigningKey.ReadPublic(file);
            return (SigningKey.NameOf(key), key.ExportSubjectPublicKeyInfo());
        }).ToList());
    }

    /// <summary>Checks the signature beside a manifest.</summary>
    /// <param name="manifest">The bytes of the manifest that is going to be used.</param>
    /// <returns>The key that signed it: the first 16 hex digits of the sha256 of the public key in DER.</returns>
    /// <exception cref="BundleException">There is no signature, or none of these keys made it for this manifest.</exception>
    public string Require(string folder, ReadOnlySpan<byte> manifest)
    {
        var signature = BundleSignature.Read(folder);
        foreach (var (name, der) in _keys)
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(der, out _);
            if (key.VerifyData(manifest, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
                return name;
        }
        throw new BundleException(
            $"The bundle '{folder}' is not signed by a trusted key ({string.Join(", ", _keys.Select(key => key.Name))}), or it was changed since. {BundleSignature.Fix}");
    }
}
