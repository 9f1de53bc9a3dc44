using System.Security.Cryptography;
using LusPipeline.Models.Bundles;

namespace LusPipeline.UnitTests.Bundles;

public sealed class BundleSignatureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Bundle _bundle;
    private readonly string _private;
    private readonly string _public;

    public BundleSignatureTests()
    {
        _bundle = TinyBundle.Write(_folder["bundle"]);
        (_private, _public) = Keys("key");
    }

    private string Signature => Path.Combine(_bundle.Folder, BundleSignature.FileName);

    private string Manifest => Path.Combine(_bundle.Folder, BundleManifest.FileName);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_signed_bundle_loads_where_its_key_is_trusted_and_where_none_is_asked_for()
    {
        var name = BundleSignature.Sign(_bundle, _private);

        Assert.Equal(_bundle.Id, Bundle.Load(_bundle.Folder, Trusted(_public)).Id);
        Assert.Equal(_bundle.Id, Bundle.Load(_bundle.Folder).Id);
        Assert.Equal(name, Trusted(_public).Require(_bundle.Folder, File.ReadAllBytes(Manifest)));
        Assert.Matches("^[0-9a-f]{16}$", name);
    }

    [Fact]
    public void One_of_several_trusted_keys_is_enough()
    {
        var (other, otherPublic) = Keys("other");
        BundleSignature.Sign(_bundle, _private);
        Bundle.Load(_bundle.Folder, Trusted(otherPublic, _public));

        BundleSignature.Sign(_bundle, other);

        Bundle.Load(_bundle.Folder, Trusted(_public, otherPublic));
    }

    [Fact]
    public void Any_change_of_the_manifest_after_the_signature_is_refused()
    {
        BundleSignature.Sign(_bundle, _private);
        var manifest = File.ReadAllBytes(Manifest);
        var keys = Trusted(_public);
        for (var place = 0; place < manifest.Length; place++)
        {
            var changed = (byte[])manifest.Clone();
            changed[place] ^= 1;
            Assert.Contains("not signed by a trusted key", Assert.Throws<BundleException>(() => keys.Require(_bundle.Folder, changed)).Message, StringComparison.Ordinal);
        }

        File.WriteAllText(Manifest, File.ReadAllText(Manifest).Replace("\"tiny\"", "\"other\"", StringComparison.Ordinal));

        Bundle.Load(_bundle.Folder);
        Assert.Contains("not signed by a trusted key", Refused(_public), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_was_changed_after_the_signature_is_refused()
    {
        BundleSignature.Sign(_bundle, _private);
        using (var file = File.Open(_bundle.PathOf(_bundle.Head), FileMode.Open))
        {
            file.Seek(-1, SeekOrigin.End);
            file.WriteByte((byte)(file.ReadByte() == -1 ? 1 : 2));
        }

        Assert.Throws<BundleException>(() => Bundle.Load(_bundle.Folder, Trusted(_public)));
    }

    [Fact]
    public void The_signature_of_another_bundle_or_key_is_refused()
    {
        var other = TinyBundle.Write(_folder["other-bundle"], seed: 2);
        BundleSignature.Sign(other, _private);
        File.Copy(Path.Combine(other.Folder, BundleSignature.FileName), Signature);
        Assert.Contains("not signed by a trusted key", Refused(_public), StringComparison.Ordinal);

        BundleSignature.Sign(_bundle, Keys("foreign").Private);

        Assert.Contains("not signed by a trusted key", Refused(_public), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_without_a_signature_is_refused_with_the_fix() => Assert.Equal(
        $"The bundle '{_bundle.Folder}' is not signed: it has no manifest.json.sig. Sign the bundle by lus models sign, after every other change of it.", Refused(_public));

    [Theory]
    [InlineData("")]
    [InlineData("no base64!")]
    [InlineData("AAAA")]
    [InlineData("MAYCAQACAQA=")]
    [InlineData("MAYCAQECAQE=")]
    public void What_is_no_signature_is_refused(string text)
    {
        File.WriteAllText(Signature, text);

        Assert.NotEmpty(Refused(_public));
    }

    [Fact]
    public void A_signature_of_any_size_is_not_read_whole()
    {
        using (var file = File.Create(Signature))
            file.SetLength(1L << 40);

        Assert.Contains("is not a signature", Refused(_public), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_cannot_be_used_are_told_with_the_fix()
    {
        using var rsa = RSA.Create(2048);
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var other = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        using var right = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var text in new[] { "", "no key", rsa.ExportSubjectPublicKeyInfoPem(), large.ExportSubjectPublicKeyInfoPem(), other.ExportSubjectPublicKeyInfoPem(), right.ExportPkcs8PrivateKeyPem(), new string('x', 100_000) })
        {
            var refused = Assert.Throws<BundleException>(() => Trusted(Write("bad.pub.pem", text)));
            Assert.Contains("bad.pub.pem", refused.Message, StringComparison.Ordinal);
            Assert.Contains("openssl pkey", refused.Message, StringComparison.Ordinal);
        }
        foreach (var text in new[] { "no key", rsa.ExportPkcs8PrivateKeyPem(), large.ExportPkcs8PrivateKeyPem(), right.ExportSubjectPublicKeyInfoPem(),
            right.ExportEncryptedPkcs8PrivateKeyPem("x", new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1)) })
        {
            Assert.Contains("openssl genpkey", Assert.Throws<BundleException>(() => BundleSignature.Sign(_bundle, Write("bad.pem", text))).Message, StringComparison.Ordinal);
        }
        Assert.Throws<BundleException>(() => Trusted(_folder["none.pem"]));
        Assert.False(File.Exists(Signature));
        Assert.Null(TrustedKeys.Read([]));
    }

    private static TrustedKeys Trusted(params string[] files) => TrustedKeys.Read(files)!;

    private string Refused(params string[] keys) => Assert.Throws<BundleException>(() => Bundle.Load(_bundle.Folder, Trusted(keys))).Message;

    private (string Private, string Public) Keys(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (Write($"{name}.pem", key.ExportPkcs8PrivateKeyPem()), Write($"{name}.pub.pem", key.ExportSubjectPublicKeyInfoPem()));
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }
}
