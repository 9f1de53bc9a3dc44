using System.Diagnostics;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Offline;

/// <summary>A bundle that runs, and the time that it takes.</summary>
internal sealed class ComparedModel : IDisposable
{
    private readonly LoadedModel _model;
    private readonly OnnxBackbone _backbone;
    private readonly OnnxHead? _head;
    private readonly Stopwatch _watch = new();
    private long _frames;

    public ComparedModel((string Folder, string? Variant) bundle, InferenceOptions options)
    {
        _model = LoadedModel.Load(bundle.Folder, bundle.Variant, options);
        Features = new float[Bundle.Frames * Bundle.Features];
        _backbone = CheckedBackbone.Open(Bundle, _model.Variant, options);
        try
        {
            _head = Bundle.HasHead ? OnnxHead.Open(Bundle, options) : null;
        }
        catch
        {
            _backbone.Dispose();
            throw;
        }
    }

    public Bundle Bundle => _model.Bundle;

    public ClipShape Shape => ClipShape.For(Bundle);

    /// <summary>float32 [T, D] of the last clip.</summary>
    public float[] Features { get; }

    public ComparedBundle Summary => new(Bundle.Name, Bundle.Version, Bundle.Id, _model.Variant, _frames, _watch.Elapsed);

    public Task WarmUpAsync(CancellationToken cancellation) => _backbone.WarmUpAsync(cancellation);

    /// <param name="clip">uint8 [T,H,W,3] in numpy format.</param>
    /// <returns>Null when the bundle has no head.</returns>
    public async Task<ClassProbabilities?> RunAsync(string clip, CancellationToken cancellation)
    {
        using var frames = NpyMap.Open(clip, NpyType.For<byte>());
        _watch.Start();
        await _backbone.ExtractAsync(frames.Bytes, Bundle.Frames, Features, cancellation).ConfigureAwait(false);
        var probabilities = _head?.Predict(Features);
        _watch.Stop();
        _frames += Bundle.Frames;
        return probabilities;
    }

    public void Dispose()
    {
        _head?.Dispose();
        _backbone.Dispose();
    }
}
