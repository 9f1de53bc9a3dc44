using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Models.Inference;

/// <summary>
/// A bundle's backbone on ONNX Runtime: one session, and a few threads of its own that each run a batch of frames at a time.
/// On the CPU a batch never holds frames of two clips, so a clip's features depend on nothing but the clip. On CUDA it does
/// (<see cref="InferenceOptions.MixClips"/>): which clips share a batch, and how large it is, can change the last bits.
/// </summary>
public sealed class OnnxBackbone : IBackbone
{
    private static readonly string[] InputNames = [OnnxContract.Frames];
    private static readonly string[] OutputNames = [OnnxContract.Features];
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly IClipRunner _runner;
    private IDisposable? _shown;

    private OnnxBackbone(InferenceSession session, Bundle bundle, ComputePlan plan, int? device)
    {
        _session = session;
        Height = bundle.Height;
        Width = bundle.Width;
        FeatureLength = bundle.Features;
        Batch = plan.Batch;
        ConcurrentRuns = plan.Runs;
        _runner = plan.Mixes
            ? new MixingThreads(Buffers(session, plan, (Height, Width, FeatureLength), device), plan.Runs)
            : new BatchThreads(plan.Runs, plan.Batch, RunBatch);
    }

    public int Height { get; }
    public int Width { get; }
    public int FeatureLength { get; }

    /// <summary>Most frames that run together.</summary>
    public int Batch { get; }

    /// <summary>Batches that run at the same time.</summary>
    public int ConcurrentRuns { get; }

    /// <summary>Clips in flight that keep a backbone with these options busy; more gain nothing.</summary>
    public static int ClipsInHandFor(InferenceOptions options, int framesPerClip) => ComputePlan.For(options).ClipsInHand(framesPerClip);

    /// <exception cref="BundleException">No such variant, or a file that ONNX Runtime refuses or whose inputs or outputs are not a backbone's.</exception>
    /// <exception cref="BrokenEngineException">CUDA was asked for and is not there, cannot run all of the backbone, or fails on a black batch.</exception>
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
            var onCuda = options.Provider == ExecutionProvider.Cuda;
            var backbone = new OnnxBackbone(session, bundle, plan, onCuda ? options.DeviceId : null);
            if (onCuda)
                backbone.RunOnceOrClose();
            backbone._shown = StageMetrics.ModelOpened(options.Provider.ToString(), variant, bundle.Id);
            return backbone;
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
        var clip = new ClipInWork(frames, frameCount, features, cancellation);
        _runner.Add(clip);
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
        _runner.Dispose();
        _runOptions.Dispose();
        _session.Dispose();
        _shown?.Dispose();
    }

    private static List<BoundBatch> Buffers(InferenceSession session, ComputePlan plan, (int Height, int Width, int FeatureLength) size, int? device)
    {
        var buffers = new List<BoundBatch>();
        try
        {
            while (buffers.Count < plan.Buffers)
                buffers.Add(new BoundBatch(session, plan.Batch, size, device));
            return buffers;
        }
        catch
        {
            foreach (var buffer in buffers)
                buffer.Dispose();
            throw;
        }
    }

    /// <summary>A device's faults show when it first computes: that must not be somebody's clip.</summary>
    private void RunOnceOrClose()
    {
        try
        {
            WarmUpAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
        catch
        {
            _runner.Dispose();
            _runOptions.Dispose();
            throw;
        }
    }

    private void RunBatch(Memory<byte> frames, int count, Memory<float> features)
    {
        try
        {
            using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, frames, [count, Height, Width, 3]);
            using var output = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, features, [count, FeatureLength]);
            _session.Run(_runOptions, InputNames, [input], OutputNames, [output]);
            StageMetrics.BatchFinished(count);
        }
        catch (OnnxRuntimeException failed)
        {
            throw OnnxSession.RunFailed(failed);
        }
    }
}
