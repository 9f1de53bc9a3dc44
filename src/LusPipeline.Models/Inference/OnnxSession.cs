using LusPipeline.Core.Outcomes;
using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Models.Inference;

/// <summary>Opens ONNX Runtime sessions by <see cref="InferenceOptions"/>.</summary>
internal static class OnnxSession
{
    /// <summary>The optimizer that makes a Pad of zeros a part of the operator after it. It does so with a MaxPool too, and changes its values (<see cref="PaddedMaxima"/>).</summary>
    private const string PadFusion = "Pad_Fusion";

    /// <param name="path">An ONNX file that <see cref="Bundle.Load"/> has checked.</param>
    /// <param name="threads">Threads that work on one run together; with 1 it is the caller's own.</param>
    /// <exception cref="BundleException">ONNX Runtime refuses the file.</exception>
    /// <exception cref="BrokenEngineException">CUDA was asked for and is not there, or cannot run all of the file.</exception>
    public static InferenceSession Open(string path, InferenceOptions options, int threads)
    {
        using var settings = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableCpuMemArena = options.Arena,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        // Idle threads that spin would take the cores from the decoders.
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (HasPaddedMaxima(path))
            settings.AddSessionConfigEntry("optimization.disable_specified_optimizers", PadFusion);
        var onCuda = options.Provider == ExecutionProvider.Cuda;
        if (onCuda)
            CudaProvider.AddTo(settings, options);
        return Open(path, settings, wholly: onCuda);
    }

    /// <summary>Opens a file for its inputs and outputs only: quick, and not for running.</summary>
    /// <exception cref="BundleException">ONNX Runtime refuses the file.</exception>
    public static InferenceSession OpenToLook(string path)
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

    /// <summary>Opens a file to run it node by node as it is written: slow, and without what an optimizer may get wrong.</summary>
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

    /// <summary>The same with settings of one's own.</summary>
    /// <param name="wholly">Whether the settings forbid nodes on the CPU.</param>
    /// <exception cref="BundleException">ONNX Runtime refuses the file.</exception>
    /// <exception cref="BrokenEngineException">The device cannot run all of it.</exception>
    internal static InferenceSession Open(string path, SessionOptions settings, bool wholly = false)
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

    /// <summary>What becomes of a backbone that fails while it runs.</summary>
    public static BrokenEngineException RunFailed(OnnxRuntimeException failed) => new(
        $"ONNX Runtime failed to run the backbone ({failed.Message}). If memory ran out, lower Inference:Batch or Inference:Threads, or raise Inference:DeviceMemoryBytes.", failed)
    {
        AtWork = true,
    };
}
