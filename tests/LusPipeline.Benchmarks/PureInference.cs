using System.Diagnostics;
using LusPipeline.Models.Bundles;
using LusPipeline.Storage.Npy;
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

    /// <summary>CPU time for all frames of the clips' files, in batches that may span clips.</summary>
    public TimeSpan Time(IReadOnlyList<string> clips, int batch)
    {
        using var process = Process.GetCurrentProcess();
        var frame = _bundle.Height * _bundle.Width * 3;
        var input = new byte[batch * frame];
        var output = new float[batch * _bundle.Features];
        using var frames = OrtValue.CreateTensorValueFromMemory(input, [batch, _bundle.Height, _bundle.Width, 3]);
        using var features = OrtValue.CreateTensorValueFromMemory(output, [batch, _bundle.Features]);
        using var run = new RunOptions();
        var cpu = TimeSpan.Zero;
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
                var before = process.TotalProcessorTime;
                _session.Run(run, ["frames"], [frames], ["features"], [features]);
                process.Refresh();
                cpu += process.TotalProcessorTime - before;
            }
        }
        return cpu;
    }

    public void Dispose() => _session.Dispose();
}
