using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Models.Inference;

/// <summary>
/// A bundle's backbone on ONNX Runtime: one session, and a few threads of its own that each run a batch of frames at a time.
/// A batch never holds frames of two clips, so a clip's features depend on nothing but the clip.
/// </summary>
public sealed class OnnxBackbone : IBackbone
{
    private static readonly string[] InputNames = [OnnxContract.Frames];
    private static readonly string[] OutputNames = [OnnxContract.Features];
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private readonly BatchThreads threads;
    private readonly IDisposable shown;

    private OnnxBackbone(InferenceSession session, Bundle bundle, ComputePlan plan, IDisposable shown)
    {
        this.session = session;
        this.shown = shown;
        Height = bundle.Height;
        Width = bundle.Width;
        FeatureLength = bundle.Features;
        Batch = plan.Batch;
        threads = new BatchThreads(plan.Runs, RunBatch);
    }

    public int Height { get; }
    public int Width { get; }
    public int FeatureLength { get; }

    /// <summary>Most frames that run together.</summary>
    public int Batch { get; }

    /// <summary>Batches that run at the same time: more clips in flight than these gain nothing.</summary>
    public int ConcurrentRuns => threads.Count;

    /// <summary>What <see cref="ConcurrentRuns"/> will be with these options.</summary>
    public static int ConcurrentRunsFor(InferenceOptions options) => ComputePlan.For(options).Runs;

    /// <exception cref="BundleException">No such variant, or a file that ONNX Runtime refuses or whose inputs or outputs are not a backbone's.</exception>
    /// <exception cref="BrokenEngineException">CUDA was asked for and is not there.</exception>
    public static OnnxBackbone Open(Bundle bundle, string variant, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        var path = bundle.PathOf(bundle.Backbone(variant));
        var plan = ComputePlan.For(options);
        var session = OnnxSession.Open(path, options, plan.ThreadsPerRun);
        try
        {
            OnnxContract.CheckBackbone(session, bundle.Height, bundle.Width, bundle.Features, path);
            return new OnnxBackbone(session, bundle, plan, StageMetrics.ModelOpened(options.Provider.ToString(), variant, bundle.Id));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public Task ExtractAsync(ReadOnlyMemory<byte> frames, int frameCount, Memory<float> features, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        if (frames.Length != (long)frameCount * Height * Width * 3)
            throw new ArgumentException($"{frames.Length} bytes are not {frameCount} frames of {Height}×{Width}×3.", nameof(frames));
        if (features.Length != (long)frameCount * FeatureLength)
            throw new ArgumentException($"{features.Length} floats are not the features of {frameCount} frames of {FeatureLength} each.", nameof(features));
        var clip = new ClipInWork(frames, frameCount, features, Batch, cancellation);
        for (var batch = 0; batch < clip.Batches; batch++)
            threads.Post(clip, batch);
        return clip.Completion;
    }

    /// <summary>Runs a black clip, so that a fault of the engine shows and working memory is in place before the first real one.</summary>
    public Task WarmUpAsync(CancellationToken cancellation)
    {
        var frames = Batch * ConcurrentRuns;
        return ExtractAsync(new byte[frames * Height * Width * 3], frames, new float[frames * FeatureLength], cancellation);
    }

    /// <summary>Waits for the batches that are running; those that wait are cancelled.</summary>
    public void Dispose()
    {
        threads.Dispose();
        runOptions.Dispose();
        session.Dispose();
        shown.Dispose();
    }

    private void RunBatch(Memory<byte> frames, int count, Memory<float> features)
    {
        try
        {
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, frames, [count, Height, Width, 3]);
            using var output = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, features, [count, FeatureLength]);
            session.Run(runOptions, InputNames, [input], OutputNames, [output]);
            StageMetrics.BatchFinished(count);
        }
        catch (OnnxRuntimeException failed)
        {
            throw new BrokenEngineException($"ONNX Runtime failed to run the backbone ({failed.Message}). If memory ran out, lower Inference:Batch or Inference:Threads.", failed);
        }
    }
}
