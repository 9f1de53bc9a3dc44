using System.Diagnostics;
using LusPipeline.Buckets.Npy;
using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Benchmarks;

/// <summary>What inference costs by itself: ONNX Runtime on frames in memory and on one thread, where none waits for another.</summary>
internal sealed class PureInference : IDisposable
{
    private readonly InferenceSession _session;
    private readonly Bundle _bundle;

    public PureInference(Bundle bundle, string variant)
    {
        _bundle = bundle;
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        _session = new InferenceSession(bundle.PathOf(bundle.Backbone(variant)), options);
    }

    /// <summary>CPU time of all cores for all frames of the clips' files, a thread a core, each with batches of its own.</summary>
    public TimeSpan Time(IReadOnlyList<string> clips, int batch)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        Parallel.For(0, Environment.ProcessorCount, core =>
        {
            foreach (var clip in clips.Where((_, index) => index % Environment.ProcessorCount == core))
                Run(_session, _bundle, NpyFile.Read<byte>(clip).Values, batch);
        });
        process.Refresh();
        return process.TotalProcessorTime - before;
    }

    /// <summary>Runs the frames of one clip, batch after batch, on the caller's thread.</summary>
    public static void Run(InferenceSession session, Bundle bundle, byte[] frames, int batch)
    {
        var frame = bundle.Height * bundle.Width * 3;
        var output = new float[batch * bundle.Features];
        using var run = new RunOptions();
        for (var first = 0; first < bundle.Frames; first += batch)
        {
            var count = Math.Min(batch, bundle.Frames - first);
            using var input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, frames.AsMemory(first * frame, count * frame), [count, bundle.Height, bundle.Width, 3]);
            using var features = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, output.AsMemory(0, count * bundle.Features), [count, bundle.Features]);
            session.Run(run, ["frames"], [input], ["features"], [features]);
        }
    }

    public void Dispose() => _session.Dispose();
}
