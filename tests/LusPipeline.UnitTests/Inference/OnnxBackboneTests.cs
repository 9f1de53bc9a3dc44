using System.Runtime.InteropServices;
using LusPipeline.ModelTools.Bundles;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.UnitTests.Inference;

public sealed class OnnxBackboneTests : IDisposable
{
    private const int FrameBytes = TinyBundle.Side * TinyBundle.Side * 3;
    private readonly TemporaryFolder _scratch = new();
    private readonly Bundle _bundle;

    public OnnxBackboneTests() => _bundle = TinyBundle.Write(_scratch["tiny"]);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Features_follow_the_frames()
    {
        using var backbone = Open(new InferenceOptions());
        var frames = Clip(1, 20);

        var features = await ExtractAsync(backbone, frames);
        var swapped = await ExtractAsync(backbone, [.. frames[FrameBytes..], .. frames[..FrameBytes]]);

        Assert.Equal(20 * TinyBundle.Features, features.Length);
        Assert.Contains(features, value => value > 0);
        Assert.Equal(features[..TinyBundle.Features], swapped[^TinyBundle.Features..]);
        Assert.Equal(features[TinyBundle.Features..], swapped[..^TinyBundle.Features]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 20)]
    [InlineData(2, 3)]
    [InlineData(3, 8)]
    [InlineData(20, 4)]
    public async Task Threads_and_batches_do_not_change_a_bit(int threads, int batch)
    {
        using var one = Open(new InferenceOptions { Threads = 1, Batch = 1 });
        using var other = Open(new InferenceOptions { Threads = threads, Batch = batch });
        var frames = Clip(2, 20);

        var expected = await ExtractAsync(one, frames);
        var found = await ExtractAsync(other, frames);

        Assert.Equal(MemoryMarshal.AsBytes<float>(expected), MemoryMarshal.AsBytes<float>(found));
    }

    [Fact]
    public async Task Clips_at_the_same_time_get_what_each_would_get_alone()
    {
        using var backbone = Open(new InferenceOptions { Threads = 3, Batch = 2 });
        var clips = Enumerable.Range(0, 40).Select(seed => Clip(seed, 5 + (seed % 16))).ToArray();
        var alone = new List<float[]>();
        foreach (var clip in clips)
            alone.Add(await ExtractAsync(backbone, clip));

        var together = await Task.WhenAll(clips.Select(clip => ExtractAsync(backbone, clip)));

        Assert.Equal(alone, together);
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 40)]
    [InlineData(3, 16)]
    public async Task Clips_that_share_batches_get_what_each_would_get_alone(int threads, int batch)
    {
        using var alone = Open(new InferenceOptions { Threads = 1, Batch = 1 });
        using var mixing = Open(new InferenceOptions { Threads = threads, Batch = batch, MixClips = ClipMixing.Always });
        var clips = Enumerable.Range(0, 40).Select(seed => Clip(seed, 5 + (seed % 16))).ToArray();
        var expected = new List<float[]>();
        foreach (var clip in clips)
            expected.Add(await ExtractAsync(alone, clip));

        for (var round = 0; round < 3; round++)
        {
            var found = await Task.WhenAll(clips.Select(clip => ExtractAsync(mixing, clip)));

            foreach (var (one, other) in expected.Zip(found))
                Assert.Equal(MemoryMarshal.AsBytes<float>(one), MemoryMarshal.AsBytes<float>(other));
        }
    }

    [Fact]
    public async Task Closing_while_clips_share_batches_ends_them_all()
    {
        var backbone = Open(new InferenceOptions { Threads = 1, Batch = 30, MixClips = ClipMixing.Always });
        var waiting = Enumerable.Range(0, 50).Select(seed => ExtractAsync(backbone, Clip(seed, 20))).ToArray();

        backbone.Dispose();

        foreach (var clip in waiting)
        {
            var ended = await Record.ExceptionAsync(() => clip);
            Assert.True(ended is null or ObjectDisposedException, $"{ended}");
        }
        Assert.All(waiting, clip => Assert.True(clip.IsCompleted));
    }

    [Fact]
    public async Task A_cancelled_clip_ends_as_cancelled_and_the_next_one_works()
    {
        using var backbone = Open(new InferenceOptions { Threads = 1, Batch = 1 });
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => backbone.ExtractAsync(Clip(1, 20), 20, new float[20 * TinyBundle.Features], cancelled.Token));

        Assert.NotEmpty(await ExtractAsync(backbone, Clip(1, 20)));
    }

    [Fact]
    public async Task Closing_ends_the_clips_that_wait()
    {
        var backbone = Open(new InferenceOptions { Threads = 1, Batch = 1 });
        var waiting = Enumerable.Range(0, 50).Select(seed => ExtractAsync(backbone, Clip(seed, 20))).ToArray();

        backbone.Dispose();

        foreach (var clip in waiting)
        {
            var ended = await Record.ExceptionAsync(() => clip);
            Assert.True(ended is null or ObjectDisposedException, $"{ended}");
        }
        Assert.All(waiting, clip => Assert.True(clip.IsCompleted));
    }

    [Fact]
    public async Task Buffers_of_a_wrong_size_are_refused()
    {
        using var backbone = Open(new InferenceOptions());
        var cancellation = TestContext.Current.CancellationToken;

        await Assert.ThrowsAsync<ArgumentException>(() => backbone.ExtractAsync(new byte[5], 1, new float[TinyBundle.Features], cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => backbone.ExtractAsync(new byte[FrameBytes], 1, new float[3], cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => backbone.ExtractAsync(Array.Empty<byte>(), 0, Array.Empty<float>(), cancellation));
    }

    [Fact]
    public async Task A_warm_up_runs()
    {
        using var backbone = Open(new InferenceOptions { Threads = 2 });

        await backbone.WarmUpAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_variant_that_the_bundle_lacks_is_named()
    {
        var error = Assert.Throws<BundleException>(() => OnnxBackbone.Open(_bundle, BundleVariant.Int8, new InferenceOptions()));

        Assert.Contains("int8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_with_other_inputs_is_refused_when_it_opens()
    {
        var contents = new BundleContents
        {
            Name = "wrong",
            Version = "1",
            Preprocess = "none",
            Backbones = new Dictionary<string, string> { [BundleVariant.Fp32] = TinyBundle.WriteBackbone(_scratch["wrong.onnx"], input: "images") },
        };

        var error = Assert.Throws<BundleException>(() => BundleWriter.Write(_scratch["wrong"], contents));

        Assert.Contains("images", error.Message, StringComparison.Ordinal);
    }

    private OnnxBackbone Open(InferenceOptions options) => OnnxBackbone.Open(_bundle, BundleVariant.Fp32, options);

    private static async Task<float[]> ExtractAsync(OnnxBackbone backbone, byte[] frames)
    {
        var features = new float[frames.Length / FrameBytes * TinyBundle.Features];
        await backbone.ExtractAsync(frames, frames.Length / FrameBytes, features, TestContext.Current.CancellationToken);
        return features;
    }

    private static byte[] Clip(int seed, int frames)
    {
        var bytes = new byte[frames * FrameBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
