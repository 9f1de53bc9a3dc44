using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace LusPipeline.Hosting.Broker;

/// <summary>TLS to the broker. The name and the chain of its certificate are always checked.</summary>
internal static class BrokerTls
{
    /// <exception cref="BrokerException">A certificate or key file cannot be used.</exception>
    public static SslOption OptionOf(BrokerOptions options)
    {
        var tls = new SslOption(options.Uri.Host, enabled: true);
        if (options.ClientCertificateFile is { } certificate)
        {
            tls.Certs = [Load(
                () => X509Certificate2.CreateFromPemFile(certificate, options.ClientKeyFile), certificate, nameof(BrokerOptions.ClientCertificateFile))];
        }
        if (options.CaFile is { } file)
        {
            var authorities = Load(
                () =>
                {
                    var read = new X509Certificate2Collection();
                    read.ImportFromPemFile(file);
                    return read.Count > 0 ? read : throw new CryptographicException("It holds no certificate.");
                },
                file, nameof(BrokerOptions.CaFile));
            tls.CertificateValidationCallback = (_, presented, chain, errors) => IsSignedBy(authorities, presented, chain, errors);
        }
        return tls;
    }

    private static bool IsSignedBy(X509Certificate2Collection authorities, X509Certificate? presented, X509Chain? sent, SslPolicyErrors errors)
    {
        if (presented is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        // The OID of server authentication.
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainElements.Select(element => element.Certificate).ToArray());
        using var certificate = new X509Certificate2(presented);
        return chain.Build(certificate);
    }

    private static T Load<T>(Func<T> load, string file, string key)
    {
        try
        {
            return load();
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new BrokerException($"{BrokerOptions.Section}:{key}: {file} cannot be used ({failure.Message}). Give a PEM file that this user can read.", failure);
        }
    }
}
