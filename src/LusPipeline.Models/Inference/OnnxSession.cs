using LusPipeline.Core.Outcomes;
using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Models.Inference;

/// <summary>Opens ONNX Runtime sessions according to <see cref="InferenceOptions"/>.</summary>
public static class OnnxSession
{
    /// <summary>
    /// The optimizer that merges a zero Pad into the operator after it. It does so with a MaxPool too, which changes the MaxPool's values
    /// (<see cref="PaddedMaxima"/>).
    /// </summary>
    private const string PadFusion = "Pad_Fusion";

    static OnnxSession() => OnnxTelemetry.TurnOff();

    /// <summary>Opens a file to run it, with all optimizations that do not change its results.</summary>
    /// <param name="path">An ONNX file that <see cref="Bundle.Load"/> has checked.</param>
    /// <param name="options">The settings for the device and its memory.</param>
    /// <param name="threads">Number of threads that work on one run together. With 1 only the caller's thread works.</param>
    /// <exception cref="BundleException">ONNX Runtime refuses the file.</exception>
    /// <exception cref="BrokenEngineException">CUDA was requested and is not available, or cannot run the whole file.</exception>
    public static InferenceSession Open(string path, InferenceOptions options, int threads)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var settings = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableCpuMemArena = options.Arena,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        // Idle threads that spin would take CPU time from the decoders.
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (HasPaddedMaxima(path))
            settings.AddSessionConfigEntry("optimization.disable_specified_optimizers", PadFusion);
        var onCuda = options.Provider == ExecutionProvider.Cuda;
        if (onCuda)
            CudaProvider.AddTo(settings, options);
        return Open(path, settings, wholly: onCuda);
    }

    /// <summary>Opens a file to read its inputs and outputs only. This is quick; do not run the session.</summary>
    /// <exception cref="BundleException">ONNX Runtime refuses the file.</exception>
    public static InferenceSession OpenForMetadata(string path)
    {
        using var settings = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            EnableCpuMemArena = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        settings.AddSessionConfigEntry("session.disable_prepacking", "1");
        return Open(path, settings);
    }

    /// <summary>Opens a file to run it node by node as written. This is slow, but no optimizer can change its results.</summary>
    /// <exception cref="BundleException">ONNX Runtime refuses the file.</exception>
    public static InferenceSession OpenUnoptimized(string path, int threads)
    {
        using var settings = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            EnableCpuMemArena = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return Open(path, settings);
    }

    /// <summary>
    /// Opens a model that this program has made, with a thread for each core. Memory is not planned in advance: the plan reserves more than training
    /// graphs use.
    /// </summary>
    /// <param name="model">The bytes of an ONNX model.</param>
    /// <param name="optimize">Whether it runs so often that its optimization pays off. For thousands of small nodes that takes seconds.</param>
    public static InferenceSession OpenInMemory(byte[] model, bool optimize = true)
    {
        using var settings = new SessionOptions
        {
            EnableMemoryPattern = false,
            GraphOptimizationLevel = optimize ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        // The many small nodes of an unrolled sequence leave threads idle most of the time.
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new InferenceSession(model, settings);
    }

    /// <summary>Opens a file with the caller's settings.</summary>
    /// <param name="path">An ONNX file.</param>
    /// <param name="settings">ONNX Runtime's settings; the caller disposes them.</param>
    /// <param name="wholly">Whether the settings forbid running nodes on the CPU.</param>
    /// <exception cref="BundleException">ONNX Runtime refuses the file.</exception>
    /// <exception cref="BrokenEngineException">The device cannot run the whole file.</exception>
    public static InferenceSession Open(string path, SessionOptions settings, bool wholly = false)
    {
        try
        {
            return new InferenceSession(path, settings);
        }
        catch (OnnxRuntimeException refused) when (wholly)
        {
            throw CudaProvider.Refused(path, refused);
        }
        catch (OnnxRuntimeException refused)
        {
            throw new BundleException($"'{path}' cannot be run by ONNX Runtime {OrtEnv.Instance().GetVersionString()}: {refused.Message}", refused);
        }
    }

    private static bool HasPaddedMaxima(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return OnnxFacts.Read(stream).HasPaddedMaxima;
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException($"'{path}' cannot be used as a model: {wrong.Message}.", wrong);
        }
    }

    /// <summary>The exception for a backbone that fails while it runs.</summary>
    internal static BrokenEngineException RunFailed(OnnxRuntimeException failed) => new(
        $"ONNX Runtime failed to run the backbone ({failed.Message}). If memory ran out, lower Inference:Batch or Inference:Threads, or raise Inference:DeviceMemoryBytes.", failed)
    {
        AtWork = true,
    };
}
