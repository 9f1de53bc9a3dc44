using System.Security.Cryptography;
using LusPipeline.Models.Bundles;

namespace LusPipeline.IntegrationTests.Models;

public sealed class ModelsPullTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Published_weights_become_a_bundle_even_when_the_transfer_breaks()
    {
        var weights = SharedData.Require("data", "keras", "xception_weights_tf_dim_ordering_tf_kernels_notop.h5");
        var content = await File.ReadAllBytesAsync(weights, TestContext.Current.CancellationToken);
#pragma warning disable CA5351 // The sum that pull checks.
        var md5 = Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351
        using var server = new FileServer(content) { Breaks = 1, BreakAfter = 10_000_000 };

        var pull = await LusProcess.RunAsync(
            ["models", "pull", "xception", "--from", new Uri(server.Root, "redirect").AbsoluteUri, "--md5", md5, "--out", _folder["models/mine"]]);

        Assert.True(pull.ExitCode == 0, pull.ToString());
        var bundle = Bundle.Load(_folder["models/mine"]);
        Assert.Equal(("xception", 299, 2048, "tf", false), (bundle.Name, bundle.Height, bundle.Features, bundle.Manifest.Inference.Preprocess, bundle.HasHead));
        Assert.Equal(["mine"], Directory.GetFileSystemEntries(_folder["models"]).Select(Path.GetFileName));
        Assert.Contains(server.Ranges, range => range.StartsWith("bytes=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_file_is_refused_and_leaves_nothing()
    {
        using var server = new FileServer(new byte[1000]);

        var pull = await LusProcess.RunAsync(["models", "pull", "vgg16", "--from", server.Root.AbsoluteUri, "--out", _folder["mine"]]);

        Assert.Equal(1, pull.ExitCode);
        Assert.Contains(pull.Errors, line => line.Contains("md5", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task An_unknown_name_lists_the_known_ones()
    {
        var pull = await LusProcess.RunAsync(["models", "pull", "alexnet", "--out", _folder["mine"]]);

        Assert.Equal(1, pull.ExitCode);
        Assert.Contains("densenet201", pull.ErrorText + string.Join('\n', pull.Output), StringComparison.Ordinal);
    }
}
