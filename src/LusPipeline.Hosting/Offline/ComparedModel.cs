using System.Diagnostics;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Probabilities;
using LusPipeline.Hosting.Children;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Offline;

/// <summary>Runs one bundle of a comparison and measures its time.</summary>
internal sealed class ComparedModel : IDisposable
{
    private readonly LoadedModel _model;
    private readonly OnnxBackbone _backbone;
    private readonly OnnxHead? _head;
    private readonly Stopwatch _watch = new();
    private long _frames;

    private ComparedModel(LoadedModel model, OnnxBackbone backbone, InferenceOptions options)
    {
        _model = model;
        Features = new float[Bundle.Frames * Bundle.Features];
        _backbone = backbone;
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

    /// <exception cref="BundleException">The bundle cannot be used.</exception>
    public static async Task<ComparedModel> OpenAsync((string Folder, string? Variant) bundle, ComparisonRequest request, CancellationToken cancellation)
    {
        var model = LoadedModel.Load(bundle.Folder, bundle.Variant, request.Inference);
        return new(model, await BundleTrial.OpenBackboneAsync(model, request.Inference, request.Media, cancellation).ConfigureAwait(false), request.Inference);
    }

    public Bundle Bundle => _model.Bundle;

    public ClipShape Shape => ClipShape.For(Bundle);

    /// <summary>Features of the last clip, float32 [T, D].</summary>
    public float[] Features { get; }

    public ComparedBundle Summary => new(Bundle.Name, Bundle.Version, Bundle.Id, _model.Variant, _frames, _watch.Elapsed);

    public Task WarmUpAsync(CancellationToken cancellation) => _backbone.WarmUpAsync(cancellation);

    /// <param name="clip">Path of a clip, uint8 [T,H,W,3] in numpy format.</param>
    /// <returns>The probabilities; null if the bundle has no head.</returns>
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
