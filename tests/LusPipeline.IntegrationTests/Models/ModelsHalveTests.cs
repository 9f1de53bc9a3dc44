using LusPipeline.IntegrationTests.Run;
using LusPipeline.Models.Bundles;

namespace LusPipeline.IntegrationTests.Models;

public sealed class ModelsHalveTests(RunFixture fixture) : IClassFixture<RunFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_new_bundle_has_the_half_variant_and_runs_with_it_on_the_CPU()
    {
        var before = TinyBundle.Write(_folder["old"]);

        var result = await HalveAsync("old", "--out", _folder["new"]);

        Assert.True(result.ExitCode == 0 && result.Errors.Count == 0, result.ToString());
        Assert.Contains(result.Output, line => line.Contains("cosine", StringComparison.Ordinal));
        var made = Bundle.Load(_folder["new"]);
        Assert.Equal([BundleVariant.Fp32, BundleVariant.Fp16], made.Variants);
        Assert.True(made.IsChecked);
        Assert.Contains(result.Output, line => line.Contains(made.Id, StringComparison.Ordinal));
        Assert.Equal(before.Id, Bundle.Load(_folder["old"]).Id);
        Assert.Equal(["new", "old"], Entries());

        var run = await LusProcess.RunAsync(["run", fixture.Videos, "--model", _folder["new"], "--variant", "fp16", "--home", _folder["home"], "--json"]);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.All(run.Videos, video => Assert.Equal(BundleVariant.Fp16, video.GetProperty("variant").GetString()));
    }

    [Fact]
    public async Task A_bundle_gets_the_variant_in_its_own_folder_once()
    {
        TinyBundle.Write(_folder["mine"]);

        var first = await HalveAsync("mine");
        var second = await HalveAsync("mine");

        Assert.True(first.ExitCode == 0, first.ToString());
        Assert.Equal([BundleVariant.Fp32, BundleVariant.Fp16], Bundle.Load(_folder["mine"]).Variants);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("--out", Assert.Single(second.Errors), StringComparison.Ordinal);
        Assert.Equal(["mine"], Entries());
    }

    [Fact]
    public async Task CUDA_that_is_not_there_ends_the_run_with_the_fix()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidiactl"), "This machine has an NVIDIA device.");
        TinyBundle.Write(_folder["mine"]);

        var run = await LusProcess.RunAsync(["run", fixture.Videos, "--model", _folder["mine"], "--provider", "cuda", "--home", _folder["home"]]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Inference:Provider is Cuda", Assert.Single(run.Errors), StringComparison.Ordinal);
    }

    private Task<LusResult> HalveAsync(string bundle, params string[] more) =>
        LusProcess.RunAsync(["models", "halve", _folder[bundle], "--calibrate", fixture.Videos, "--frames", "4", .. more]);

    private IEnumerable<string> Entries() => Directory.GetFileSystemEntries(_folder.Path).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal);
}
