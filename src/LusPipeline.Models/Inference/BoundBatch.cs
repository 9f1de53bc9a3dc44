using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Telemetry;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LusPipeline.Models.Inference;

/// <summary>A batch's memory outside the managed heap, bound to an ONNX Runtime session; on CUDA it is pinned, which the device copies fastest.</summary>
internal sealed class BoundBatch : IBatchBuffers
{
    private readonly InferenceSession session;
    private readonly OrtIoBinding binding;
    private readonly RunOptions runOptions = new();
    private readonly OrtMemoryInfo memory;
    private readonly OrtAllocator allocator;
    private readonly bool onDevice;
    private readonly OrtMemoryAllocation frames;
    private readonly OrtMemoryAllocation features;
    private readonly (OrtValue Input, OrtValue Output)?[] values;
    private readonly long frameBytes;
    private readonly (int Height, int Width, int FeatureLength) size;

    /// <exception cref="BrokenEngineException">The memory cannot be had.</exception>
    public BoundBatch(InferenceSession session, int capacity, (int Height, int Width, int FeatureLength) size, int? device)
    {
        this.session = session;
        this.size = size;
        Capacity = capacity;
        frameBytes = (long)size.Height * size.Width * 3;
        onDevice = device is not null;
        values = new (OrtValue, OrtValue)?[capacity + 1];
        try
        {
            memory = device is { } id
                ? new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA_PINNED, OrtAllocatorType.DeviceAllocator, id, OrtMemType.CpuOutput)
                : OrtMemoryInfo.DefaultInstance;
            allocator = onDevice ? new OrtAllocator(session, memory) : OrtAllocator.DefaultInstance;
            frames = allocator.Allocate(checked((uint)(capacity * frameBytes)));
            features = allocator.Allocate(checked((uint)(capacity * (long)size.FeatureLength * sizeof(float))));
            binding = session.CreateIoBinding();
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
            // On CUDA, binding an input copies it to the device: it must be bound again for each batch.
            binding.BindInput(OnnxContract.Frames, input);
            binding.BindOutput(OnnxContract.Features, output);
            binding.SynchronizeBoundInputs();
            session.RunWithBinding(runOptions, binding);
            binding.SynchronizeBoundOutputs();
            StageMetrics.BatchFinished(count);
        }
        catch (OnnxRuntimeException failed)
        {
            throw OnnxSession.RunFailed(failed);
        }
    }

    public void Dispose()
    {
        binding.Dispose();
        foreach (var pair in values)
        {
            pair?.Input.Dispose();
            pair?.Output.Dispose();
        }
        frames.Dispose();
        features.Dispose();
        runOptions.Dispose();
        if (!onDevice)
            return;
        allocator.Dispose();
        memory.Dispose();
    }

    /// <summary>The first frames and features, made once for each number of them.</summary>
    private (OrtValue Input, OrtValue Output) Values(int count) => values[count] ??= (
        OrtValue.CreateTensorValueWithData(
            memory, TensorElementType.UInt8, [count, size.Height, size.Width, 3], frames.DangerousGetHandle(), count * frameBytes),
        OrtValue.CreateTensorValueWithData(
            memory, TensorElementType.Float, [count, size.FeatureLength], features.DangerousGetHandle(), count * (long)size.FeatureLength * sizeof(float)));
}
