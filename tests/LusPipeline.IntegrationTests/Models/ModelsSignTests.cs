using System.Diagnostics;
using LusPipeline.Models.Bundles;

namespace LusPipeline.IntegrationTests.Models;

/// <summary>Keys of openssl, signatures of <c>lus models sign</c>, and workers that run signed bundles only.</summary>
public sealed class ModelsSignTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _bundle;

    public ModelsSignTests() => _bundle = TinyBundle.Write(_folder["bundle"]).Folder;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_signed_here_openssl_verifies_and_the_commands_and_workers_ask_for_it()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "openssl is not installed");
        var (key, publicKey) = (_folder["key.pem"], _folder["key.pub.pem"]);
        await OpenSslAsync("ecparam", "-genkey", "-name", "prime256v1", "-out", key);
        await OpenSslAsync("pkey", "-in", key, "-pubout", "-out", publicKey);

        var unsigned = await LusCommand.RunAsync(["models", "verify", _bundle, "--key", publicKey]);
        var refused = await WorkerAsync(publicKey);
        var doctor = await DoctorAsync(publicKey);
        Assert.All([unsigned, refused], result => Assert.Equal(1, result.ExitCode));
        Assert.All([unsigned.ErrorText, refused.ErrorText, string.Concat(doctor.Output)], text => Assert.Contains("is not signed: it has no manifest.json.sig", text, StringComparison.Ordinal));

        var signed = await LusCommand.RunAsync(["models", "sign", _bundle, "--key", key]);

        Assert.True(signed.ExitCode == 0, signed.ToString());
        Assert.StartsWith("tiny 1 is signed by key ", signed.Output[0], StringComparison.Ordinal);
        await File.WriteAllBytesAsync(
            _folder["signature"], Convert.FromBase64String(await File.ReadAllTextAsync(Path.Combine(_bundle, BundleSignature.FileName), TestContext.Current.CancellationToken)),
            TestContext.Current.CancellationToken);
        await OpenSslAsync("dgst", "-sha256", "-verify", publicKey, "-signature", _folder["signature"], Path.Combine(_bundle, BundleManifest.FileName));
        var verified = await LusProcess.RunAsync(["models", "verify", _bundle, "--key", publicKey]);
        Assert.True(verified.ExitCode == 0, verified.ToString());
        Assert.StartsWith("signed by key ", verified.Output[0], StringComparison.Ordinal);
        Assert.Contains((await DoctorAsync(publicKey)).Output, line => line.Contains("tiny 1 (fp32) is whole, signed and runs on CPU", StringComparison.Ordinal));

        File.AppendAllText(Path.Combine(_bundle, BundleManifest.FileName), "\n");
        Assert.Contains("is not signed by a trusted key", (await WorkerAsync(publicKey)).ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mark_and_a_key_do_not_go_together()
    {
        var result = await LusCommand.RunAsync(["models", "verify", _bundle, "--mark", "--key", _folder["key.pub.pem"]]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("mark first, then sign", result.ErrorText, StringComparison.Ordinal);
    }

    private Task<LusResult> WorkerAsync(string key) => LusCommand.RunAsync(["worker", "sequence"], new Dictionary<string, string?>(Settings(key))
    {
        ["LUS__Database__ConnectionString"] = "Host=127.0.0.1;Port=1;Database=lus",
        ["LUS__Broker__Uri"] = "amqp://127.0.0.1:1/",
        ["LUS__Bucket__Name"] = "lung",
        ["LUS__Http__Url"] = "",
    });

    private Task<LusResult> DoctorAsync(string key) => LusCommand.RunAsync(["doctor", "--limit", "120"], Settings(key));

    private Dictionary<string, string?> Settings(string key) => new() { ["LUS__Model__Bundle"] = _bundle, ["LUS__Model__TrustedKeys__0"] = key };

    private static async Task OpenSslAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{await output}{errors}");
    }
}
