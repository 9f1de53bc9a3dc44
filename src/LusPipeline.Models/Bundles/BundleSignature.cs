using System.Security.Cryptography;
using System.Text;

namespace LusPipeline.Models.Bundles;

/// <summary>
/// The signature of a bundle: ECDSA on P-256 with SHA-256 over the bytes of <c>manifest.json</c>, whose sha256 sums cover the models. It is a file
/// of one line, the signature in DER as base64, so that <c>openssl dgst -sha256 -verify</c> can check it too.
/// </summary>
public static class BundleSignature
{
    public const string FileName = BundleManifest.FileName + ".sig";

    /// <summary>A signature of P-256 in DER has up to 72 bytes, which are 96 characters.</summary>
    private const int MaxBytes = 1024;

    /// <summary>Signs a bundle whose files match its manifest. An earlier signature is replaced.</summary>
    /// <param name="bundle">A loaded bundle.</param>
    /// <param name="keyFile">PEM file of a private key, not encrypted.</param>
    /// <returns>The key that verifies the signature, as <see cref="TrustedKeys"/> names it.</returns>
    /// <exception cref="BundleException">The key cannot be used, or the file cannot be written.</exception>
    public static string Sign(Bundle bundle, string keyFile)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        using var key = SigningKey.ReadPrivate(keyFile);
        var signature = key.SignData(bundle.ManifestBytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var path = Path.Combine(bundle.Folder, FileName);
        try
        {
            BundleFile.Replace(path, stream => stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(signature) + "\n")));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"'{path}' cannot be written: {refused.Message}", refused);
        }
        return SigningKey.NameOf(key);
    }

    /// <summary>The signature beside a manifest.</summary>
    /// <exception cref="BundleException">There is none, or it is none.</exception>
    internal static byte[] Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            if (new FileInfo(path).Length <= MaxBytes)
                return Convert.FromBase64String(File.ReadAllText(path).Trim());
            throw new BundleException($"'{path}' is not a signature. {Fix}");
        }
        catch (FileNotFoundException missing)
        {
            throw new BundleException($"The bundle '{folder}' is not signed: it has no {FileName}. {Fix}", missing);
        }
        catch (FormatException wrong)
        {
            throw new BundleException($"'{path}' is not a signature. {Fix}", wrong);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"'{path}' cannot be read: {unreadable.Message}", unreadable);
        }
    }

    internal const string Fix = "Sign the bundle by lus models sign, after every other change of it.";
}
