using System.Security.Cryptography;

namespace LusPipeline.Models.Bundles;

/// <summary>Reads keys of ECDSA on P-256 from PEM files.</summary>
internal static class SigningKey
{
    private const string Curve = "1.2.840.10045.3.1.7";
    private const string PublicLabel = "PUBLIC KEY";
    private const long MaxBytes = 16 * 1024;

    /// <exception cref="BundleException">The file is no PEM file of a private key on P-256.</exception>
    public static ECDsa ReadPrivate(string file) => Read(
        file, label => label is "EC PRIVATE KEY" or "PRIVATE KEY",
        "Give the PEM file of a private key that is not encrypted: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem.");

    /// <summary>A private key is refused, because those who verify need none.</summary>
    /// <exception cref="BundleException">The file is no PEM file of a public key on P-256.</exception>
    public static ECDsa ReadPublic(string file) => Read(
        file, label => label == PublicLabel, "Give the PEM file of the public key: openssl pkey -in key.pem -pubout -out key.pub.pem.");

    /// <summary>sha256 of the public key in DER (SubjectPublicKeyInfo), the first 16 hex digits.</summary>
    public static string NameOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];

    private static ECDsa Read(string file, Predicate<string> fits, string fix)
    {
        var key = ECDsa.Create();
        try
        {
            if (new FileInfo(file).Length > MaxBytes)
                throw new BundleException($"'{file}' is not a key. {fix}");
            var text = File.ReadAllText(file);
            // openssl ecparam writes the curve's parameters before the key.
            var found = Pems(text).Where(pem => fits(pem.Label)).ToList();
            if (found.Count != 1)
                throw new BundleException($"'{file}' is not such a key. {fix}");
            key.ImportFromPem(found[0].Text);
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid is not { } oid || (oid.Value ?? Oid.FromFriendlyName(oid.FriendlyName!, OidGroup.PublicKeyAlgorithm).Value) != Curve)
                throw new BundleException($"'{file}' is not a key on P-256. {fix}");
            return key;
        }
        catch (BundleException)
        {
            key.Dispose();
            throw;
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new BundleException($"'{file}' cannot be used as a key: {wrong.Message.TrimEnd('.')}. {fix}", wrong);
        }
    }

    private static IEnumerable<(string Label, string Text)> Pems(string text)
    {
        while (PemEncoding.TryFind(text, out var fields))
        {
            yield return (text[fields.Label], text[fields.Location]);
            text = text[fields.Location.End..];
        }
    }
}
