using LusPipeline.Buckets;
using LusPipeline.Core.Outcomes;
using LusPipeline.ModelTools.Layers;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Explaining.Regions;

/// <summary>
/// A bundle's backbone that also gives the pictures whose means are its features. It computes no more than the layers that the head reads. The changed graph is a
/// file only while it is opened.
/// </summary>
internal sealed class MappedBackbone : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly Bundle _bundle;
    private readonly int _threads;

    private MappedBackbone(InferenceSession session, Bundle bundle, MappedLayers layers, int threads)
    {
        (_session, _bundle, _threads) = (session, bundle, threads);
        Layers = layers;
    }

    public MappedLayers Layers { get; }

    /// <exception cref="BundleException">A file is no backbone or head.</exception>
    public static MappedBackbone Open(Bundle bundle, string variant, InferenceOptions inference)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(inference);
        var scratch = PrivateFolder.Make(Path.Combine(Path.GetTempPath(), $"lus-explain-{Guid.NewGuid():N}"));
        try
        {
            var path = Path.Combine(scratch, "backbone.onnx");
            var layers = FeatureMaps.Write(bundle, variant, path);
            // Each frame is run by one thread, as on the CPU in the pipeline, so that its features are the same.
            var session = OnnxSession.Open(path, inference with { Provider = ExecutionProvider.Cpu }, threads: 1);
            return new(session, bundle, layers, inference.Threads > 0 ? inference.Threads : Environment.ProcessorCount);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    /// <param name="frames">uint8 RGB [T,H,W,3].</param>
    /// <returns>The features [T,D], in which columns of layers that the head does not read are 0, and the pictures of each mapped layer.</returns>
    /// <exception cref="BrokenEngineException">ONNX Runtime fails, for example for lack of memory.</exception>
    public async Task<(float[] Features, IReadOnlyList<LayerPictures> Pictures)> RunAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellation)
    {
        var features = new float[_bundle.Frames * _bundle.Features];
        var pictures = Layers.Mapped.Select(layer => new LayerPictures(layer, new float[_bundle.Frames][], 0, 0)).ToArray();
        var sizes = new (int Height, int Width)[pictures.Length];
        await Parallel.ForAsync(0, _bundle.Frames, new ParallelOptions { MaxDegreeOfParallelism = _threads, CancellationToken = cancellation }, (frame, _) =>
        {
            Run(frames, frame, features, pictures, sizes);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        return (features, [.. pictures.Select((one, i) => one with { Height = sizes[i].Height, Width = sizes[i].Width })]);
    }

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }

    private void Run(ReadOnlyMemory<byte> frames, int frame, float[] features, LayerPictures[] pictures, (int Height, int Width)[] sizes)
    {
        var frameBytes = _bundle.Height * _bundle.Width * 3;
        try
        {
            using var input = OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8, [1, _bundle.Height, _bundle.Width, 3]);
            frames.Span.Slice(frame * frameBytes, frameBytes).CopyTo(input.GetTensorMutableDataAsSpan<byte>());
            using var outputs = _session.Run(_options, [OnnxContract.Frames], [input], [OnnxContract.Features, .. Layers.Mapped.Select(layer => layer.Output)]);
            var computed = outputs[0].GetTensorDataAsSpan<float>();
            foreach (var part in Layers.Columns)
                computed.Slice(part.Computed, part.Count).CopyTo(features.AsSpan((frame * _bundle.Features) + part.First));
            for (var i = 0; i < pictures.Length; i++)
            {
                pictures[i].OfFrame[frame] = outputs[i + 1].GetTensorDataAsSpan<float>().ToArray();
                var shape = outputs[i + 1].GetTensorTypeAndShape().Shape;
                sizes[i] = ((int)shape[2], (int)shape[3]);
            }
        }
        catch (OnnxRuntimeException failed)
        {
            throw new BrokenEngineException($"ONNX Runtime failed to run the backbone ({failed.Message}).", failed) { AtWork = true };
        }
    }
}

/// <summary>The pictures of one layer.</summary>
/// <param name="OfFrame">For each frame float32 [K, Height·Width].</param>
internal sealed record LayerPictures(MappedLayer Layer, float[][] OfFrame, int Height, int Width);
