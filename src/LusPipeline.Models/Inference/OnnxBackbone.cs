using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Models.Inference;

/// <summary>
/// A bundle's backbone on ONNX Runtime: one session, and a few threads of its own that each run one batch at a time. On the CPU a batch by default holds
/// frames of one clip only, so a clip's features depend on nothing else. On CUDA a batch may mix clips (<see cref="InferenceOptions.MixClips"/>). Its
/// composition and size can then change the last bits of the features.
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

    /// <summary>Largest number of frames in a batch.</summary>
    public int Batch { get; }

    /// <summary>Number of batches that run at the same time.</summary>
    public int ConcurrentRuns { get; }

    /// <summary>The number of clips in flight that keeps a backbone with these options busy. More clips gain nothing.</summary>
    public static int ClipsInHandFor(InferenceOptions options, int framesPerClip) => ComputePlan.For(options).ClipsInHand(framesPerClip);

    /// <exception cref="BundleException">
    /// There is no such variant, ONNX Runtime refuses the file, or its inputs or outputs are not a backbone's.
    /// </exception>
    /// <exception cref="BrokenEngineException">
    /// CUDA was requested and is not available, cannot run the whole backbone, or fails on a black batch.
    /// </exception>
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

    /// <summary>Runs a black clip. It exposes faults of the engine and allocates working memory before the first real clip.</summary>
    public Task WarmUpAsync(CancellationToken cancellation)
    {
        var frames = Batch * ConcurrentRuns;
        return ExtractAsync(new byte[frames * Height * Width * 3], frames, new float[frames * FeatureLength], cancellation);
    }

    /// <summary>Waits for the batches that are running. Clips that still wait are cancelled.</summary>
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

    /// <summary>Runs once at opening. A device's faults appear at its first computation, and that must not be a real clip's.</summary>
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
