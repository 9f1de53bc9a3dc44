using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LusPipeline.Buckets;

/// <summary>Reads the certificate authorities that may sign a server's certificate.</summary>
internal static class TrustedAuthorities
{
    /// <summary>Trusts only the certificate authorities in the file. The host name is checked as usual.</summary>
    /// <exception cref="CryptographicException">The file holds no certificate.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be read.</exception>
    public static X509ChainPolicy Read(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        if (policy.CustomTrustStore.Count == 0)
            throw new CryptographicException("The file holds no certificate.");
        policy.ExtraStore.AddRange(policy.CustomTrustStore);
        return policy;
    }
}
