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
                Run(NpyFile.Read<byte>(clip).Values, batch);
        });
        process.Refresh();
        return process.TotalProcessorTime - before;
    }

    private void Run(byte[] frames, int batch)
    {
        var frame = _bundle.Height * _bundle.Width * 3;
        var output = new float[batch * _bundle.Features];
        using var run = new RunOptions();
        for (var first = 0; first < _bundle.Frames; first += batch)
        {
            var count = Math.Min(batch, _bundle.Frames - first);
            using var input = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, frames.AsMemory(first * frame, count * frame), [count, _bundle.Height, _bundle.Width, 3]);
            using var features = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, output.AsMemory(0, count * _bundle.Features), [count, _bundle.Features]);
            _session.Run(run, ["frames"], [input], ["features"], [features]);
        }
    }

    public void Dispose() => _session.Dispose();
}
