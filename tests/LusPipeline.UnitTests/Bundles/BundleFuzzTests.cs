using LusPipeline.ModelTools.Bundles;
using LusPipeline.ModelTools.Variants.Quantization;
using LusPipeline.Models.Bundles;
using LusPipeline.UnitTests.Fuzzing;

namespace LusPipeline.UnitTests.Bundles;

/// <summary>Damaged bundles and ONNX files give an error that names the file, in bounded time and memory, or are good all the same.</summary>
public sealed class BundleFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_manifests_never_harm_the_process_that_reads_them()
    {
        if (OwnProcess.Runs<BundleFuzzTests>())
            return;
        var bundle = TinyBundle.Write(_folder["tiny"]);
        var path = Path.Combine(bundle.Folder, BundleManifest.FileName);

        Fuzz(path, seed: 1, rounds: 2000, () => Bundle.Load(bundle.Folder), bundle.Folder);
    }

    [Fact]
    public void Damaged_ONNX_files_never_harm_the_process_that_imports_them()
    {
        if (OwnProcess.Runs<BundleFuzzTests>())
            return;
        var path = TinyBundle.WriteBackbone(_folder["fuzzed.onnx"], deep: true);

        Fuzz(path, seed: 2, rounds: 1500, () =>
        {
            BundleWriter.Write(_folder["bundle"], new BundleContents
            {
                Name = "fuzzed",
                Version = "1",
                Preprocess = "none",
                Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = path },
            });
            Directory.Delete(_folder["bundle"], recursive: true);
        });
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Damaged_ONNX_files_never_harm_the_process_that_quantizes_them()
    {
        if (OwnProcess.Runs<BundleFuzzTests>())
            return;
        var path = TinyBundle.WriteBackbone(_folder["fuzzed.onnx"], deep: true);
        var frame = new byte[TinyBundle.Side * TinyBundle.Side * 3];
        new Random(4).NextBytes(frame);

        Fuzz(path, seed: 3, rounds: 1000, () =>
        {
            File.Delete(_folder["int8.onnx"]);
            BackboneQuantizer.Quantize(path, [frame], _folder["int8.onnx"], TestContext.Current.CancellationToken);
        });
    }

    private static void Fuzz(string path, int seed, int rounds, Action read, string? named = null)
    {
        var good = File.ReadAllBytes(path);
        Assert.True(Bounds.Hold<BundleException>(path, read));
        var random = new Random(seed);
        var refused = 0;
        rounds = FuzzCases.OrElse(rounds);
        for (var round = 0; round < rounds; round++)
        {
            File.WriteAllBytes(path, Damage.To(good, random));
            refused += Bounds.Hold<BundleException>(named ?? path, read) ? 0 : 1;
        }
        File.WriteAllBytes(path, good);
        Assert.True(refused > rounds / 20, $"only {refused} of {rounds} were refused");
    }
}
