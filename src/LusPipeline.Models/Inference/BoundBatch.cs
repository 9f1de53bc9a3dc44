using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LusPipeline.Models.Inference;

/// <summary>
/// A batch's memory outside the managed heap, bound to an ONNX Runtime session. For CUDA the memory is pinned, which makes copies to the device fastest.
/// </summary>
internal sealed class BoundBatch : IBatchBuffers
{
    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _runOptions = new();
    private readonly OrtMemoryInfo _memory;
    private readonly OrtAllocator _allocator;
    private readonly bool _onDevice;
    private readonly OrtMemoryAllocation _frames;
    private readonly OrtMemoryAllocation _features;
    private readonly (OrtValue Input, OrtValue Output)?[] _values;
    private readonly long _frameBytes;
    private readonly (int Height, int Width, int FeatureLength) _size;

    /// <exception cref="BrokenEngineException">The memory cannot be allocated.</exception>
    public BoundBatch(InferenceSession session, int capacity, (int Height, int Width, int FeatureLength) size, int? device)
    {
        _session = session;
        _size = size;
        Capacity = capacity;
        _frameBytes = (long)size.Height * size.Width * 3;
        _onDevice = device is not null;
        _values = new (OrtValue, OrtValue)?[capacity + 1];
        try
        {
            _memory = device is { } id
                ? new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA_PINNED, OrtAllocatorType.DeviceAllocator, id, OrtMemType.CpuOutput)
                : OrtMemoryInfo.DefaultInstance;
            _allocator = _onDevice ? new OrtAllocator(session, _memory) : OrtAllocator.DefaultInstance;
            _frames = _allocator.Allocate(checked((uint)(capacity * _frameBytes)));
            _features = _allocator.Allocate(checked((uint)(capacity * (long)size.FeatureLength * sizeof(float))));
            _binding = session.CreateIoBinding();
        }
        catch (OnnxRuntimeException refused)
        {
            throw new BrokenEngineException($"Memory for a batch of {capacity} frames cannot be had ({refused.Message}). Lower Inference:Batch.", refused);
        }
    }

    public int Capacity { get; }

    public Span<byte> Frames => Values(Capacity).Input.GetTensorMutableDataAsSpan<byte>();

    public ReadOnlySpan<float> Features => Values(Capacity).Output.GetTensorDataAsSpan<float>();

    public void Run(int count)
    {
        var (input, output) = Values(count);
        try
        {
            // On CUDA, binding an input copies it to the device. So the input must be bound again for each batch.
            _binding.BindInput(OnnxContract.Frames, input);
            _binding.BindOutput(OnnxContract.Features, output);
            _binding.SynchronizeBoundInputs();
            _session.RunWithBinding(_runOptions, _binding);
            _binding.SynchronizeBoundOutputs();
            StageMetrics.BatchFinished(count);
        }
        catch (OnnxRuntimeException failed)
        {
            throw OnnxSession.RunFailed(failed);
        }
    }

    public void Dispose()
    {
        _binding.Dispose();
        foreach (var pair in _values)
        {
            pair?.Input.Dispose();
            pair?.Output.Dispose();
        }
        _frames.Dispose();
        _features.Dispose();
        _runOptions.Dispose();
        if (!_onDevice)
            return;
        _allocator.Dispose();
        _memory.Dispose();
    }

    /// <summary>The values for the first <paramref name="count"/> frames and features, created once for each count.</summary>
    private (OrtValue Input, OrtValue Output) Values(int count) => _values[count] ??= (
        OrtValue.CreateTensorValueWithData(
            _memory, TensorElementType.UInt8, [count, _size.Height, _size.Width, 3], _frames.DangerousGetHandle(), count * _frameBytes),
        OrtValue.CreateTensorValueWithData(
            _memory, TensorElementType.Float, [count, _size.FeatureLength], _features.DangerousGetHandle(), count * (long)_size.FeatureLength * sizeof(float)));
}
