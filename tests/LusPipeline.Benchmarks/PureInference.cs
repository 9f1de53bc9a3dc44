using System.Diagnostics;
using LusPipeline.Models.Bundles;
using LusPipeline.Storage.Npy;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Benchmarks;

/// <summary>What inference costs by itself: ONNX Runtime on frames in memory, nothing else.</summary>
internal sealed class PureInference : IDisposable
{
    private readonly InferenceSession _session;
    private readonly Bundle _bundle;

    public PureInference(Bundle bundle, string variant, int threads)
    {
        _bundle = bundle;
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        _session = new InferenceSession(bundle.PathOf(bundle.Backbone(variant)), options);
    }

    /// <summary>CPU and wall-clock time for all frames of the clips' files, in batches that may span clips.</summary>
    public (TimeSpan Cpu, TimeSpan Wall) Time(IReadOnlyList<string> clips, int batch)
    {
        using var process = Process.GetCurrentProcess();
        var frame = _bundle.Height * _bundle.Width * 3;
        var input = new byte[batch * frame];
        var output = new float[batch * _bundle.Features];
        using var frames = OrtValue.CreateTensorValueFromMemory(input, [batch, _bundle.Height, _bundle.Width, 3]);
        using var features = OrtValue.CreateTensorValueFromMemory(output, [batch, _bundle.Features]);
        using var run = new RunOptions();
        TimeSpan cpu = default, wall = default;
        var filled = 0;
        foreach (var clip in clips)
        {
            var (_, values) = NpyFile.Read<byte>(clip);
            for (var position = 0; position < _bundle.Frames; position++)
            {
                values.AsSpan(position * frame, frame).CopyTo(input.AsSpan(filled++ * frame));
                if (filled < batch)
                    continue;
                filled = 0;
                process.Refresh();
                var (before, watch) = (process.TotalProcessorTime, Stopwatch.StartNew());
                _session.Run(run, ["frames"], [frames], ["features"], [features]);
                wall += watch.Elapsed;
                process.Refresh();
                cpu += process.TotalProcessorTime - before;
            }
        }
        return (cpu, wall);
    }

    public void Dispose() => _session.Dispose();
}
