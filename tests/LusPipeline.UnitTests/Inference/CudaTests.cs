using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Settings;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.UnitTests.Inference;

/// <summary>What can be known of CUDA without a device.</summary>
public sealed class CudaTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();
    private readonly Bundle _bundle;

    public CudaTests() => _bundle = TinyBundle.Write(_scratch["tiny"]);

    private static bool BuildHasCuda => OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_build_for_the_CPU_refuses_CUDA_with_the_fix()
    {
        Assert.SkipWhen(BuildHasCuda, "This build has the CUDA provider.");

        var error = Assert.Throws<BrokenEngineException>(() => Open(new InferenceOptions { Provider = ExecutionProvider.Cuda }));

        Assert.Contains("Inference:Provider is Cuda", error.Message, StringComparison.Ordinal);
        Assert.Contains("OnnxRuntimeFlavor=gpu", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_with_CUDA_refuses_it_where_the_device_or_its_libraries_are_missing()
    {
        Assert.SkipUnless(BuildHasCuda, "This build has ONNX Runtime for the CPU only.");
        Assert.SkipWhen(File.Exists("/dev/nvidiactl"), "This machine has an NVIDIA device.");

        var error = Assert.Throws<BrokenEngineException>(() => Open(new InferenceOptions { Provider = ExecutionProvider.Cuda, DeviceId = 3 }));

        Assert.Contains("CUDA device 3 cannot be used", error.Message, StringComparison.Ordinal);
        Assert.Contains("Inference:DeviceId", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task Cuda_computes_the_same_as_the_CPU()
    {
        Assert.SkipUnless(BuildHasCuda && File.Exists("/dev/nvidiactl"), "There is no CUDA here.");
        using var cuda = Open(new InferenceOptions { Provider = ExecutionProvider.Cuda });
        using var cpu = Open(new InferenceOptions());
        var frames = new byte[20 * TinyBundle.Side * TinyBundle.Side * 3];
        new Random(1).NextBytes(frames);
        float[] one = new float[20 * TinyBundle.Features], other = new float[20 * TinyBundle.Features];

        await cuda.ExtractAsync(frames, 20, one, TestContext.Current.CancellationToken);
        await cpu.ExtractAsync(frames, 20, other, TestContext.Current.CancellationToken);

        Assert.All(one.Zip(other), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
    }

    [Fact]
    public void A_session_that_would_fall_back_to_the_CPU_is_refused()
    {
        using var settings = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        settings.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
        var path = _bundle.PathOf(_bundle.Backbone(BundleVariant.Fp32));

        var error = Assert.Throws<BrokenEngineException>(() => OnnxSession.Open(path, settings, wholly: true));

        Assert.Contains("cannot run on it as a whole", error.Message, StringComparison.Ordinal);
        Assert.Contains("fallback", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_options_become_the_providers()
    {
        var values = CudaProvider.Values(new InferenceOptions
        {
            DeviceId = 2,
            DeviceMemoryBytes = 3L << 30,
            DeviceArenaGrowth = ArenaGrowth.PowersOfTwo,
            DeviceTf32 = true,
        });

        Assert.Equal(("2", "3221225472", "kNextPowerOfTwo", "1"), (values["device_id"], values["gpu_mem_limit"], values["arena_extend_strategy"], values["use_tf32"]));
        var defaults = CudaProvider.Values(new InferenceOptions());
        Assert.Equal(("0", "kSameAsRequested", "0"), (defaults["device_id"], defaults["arena_extend_strategy"], defaults["use_tf32"]));
        Assert.DoesNotContain("gpu_mem_limit", defaults.Keys);
    }

    [Theory]
    [InlineData("DeviceMemoryBytes", "1000", "268435456")]
    [InlineData("DeviceMemoryBytes", "-1", "0 to ")]
    [InlineData("DeviceId", "256", "0 to 255")]
    [InlineData("Batch", "257", "0 to 256")]
    [InlineData("DeviceArenaGrowth", "Fast", "PowersOfTwo")]
    [InlineData("MixClips", "Always", "Inference:Batch")]
    [InlineData("Provider", "Rocm", "Cuda")]
    public void A_wrong_option_is_named_with_the_fix(string key, string value, string fix)
    {
        var sources = new ConfigurationSources { Folders = [], Environment = new Dictionary<string, string>(), Assignments = [$"Inference:{key}={value}"] };

        var problem = Assert.Single(LoadedSettings.Inspect(sources).Problems);

        Assert.Equal($"Inference:{key}", problem.Key);
        Assert.Contains(fix, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Clips_in_hand_fill_the_batch_that_runs_and_the_next()
    {
        var cuda = new InferenceOptions { Provider = ExecutionProvider.Cuda };

        Assert.Equal(4, OnnxBackbone.ClipsInHandFor(cuda, framesPerClip: 20));
        Assert.Equal(7, OnnxBackbone.ClipsInHandFor(cuda with { Batch = 64 }, framesPerClip: 20));
        Assert.Equal(1, OnnxBackbone.ClipsInHandFor(cuda with { MixClips = ClipMixing.Never }, framesPerClip: 20));
        Assert.Equal(3, OnnxBackbone.ClipsInHandFor(new InferenceOptions { Threads = 3 }, framesPerClip: 20));
    }

    private OnnxBackbone Open(InferenceOptions options) => OnnxBackbone.Open(_bundle, BundleVariant.Fp32, options);
}
