using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Benchmarks;

/// <summary>Stands for a model on a device of its own: every clip takes the same time, one after another, and no CPU.</summary>
internal sealed class FixedDelayBackbone(Bundle bundle, TimeSpan delay) : IBackbone
{
    private readonly SemaphoreSlim _device = new(1);

    public int Height => bundle.Height;

    public int Width => bundle.Width;

    public int FeatureLength => bundle.Features;

    public async Task ExtractAsync(ReadOnlyMemory<byte> frames, int frameCount, Memory<float> features, CancellationToken cancellation)
    {
        await _device.WaitAsync(cancellation);
        try
        {
            await Task.Delay(delay, cancellation);
        }
        finally
        {
            _device.Release();
        }
    }

    public void Dispose() => _device.Dispose();
}
