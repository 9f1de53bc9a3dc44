using System.Globalization;
using LusPipeline.Core.Outcomes;
using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Models.Inference;

/// <summary>Opens ONNX Runtime sessions by <see cref="InferenceOptions"/>.</summary>
internal static class OnnxSession
{
    private const string CudaProvider = "CUDAExecutionProvider";

    /// <param name="path">An ONNX file that <see cref="Bundle.Load"/> has checked.</param>
    /// <param name="threads">Threads that work on one run together; with 1 it is the caller's own.</param>
    /// <exception cref="BundleException">ONNX Runtime refuses the file.</exception>
    /// <exception cref="BrokenEngineException">CUDA was asked for and is not there.</exception>
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
        if (options.Provider == ExecutionProvider.Cuda)
            AddCuda(settings, options);
        return Open(path, settings);
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

    private static InferenceSession Open(string path, SessionOptions settings)
    {
        try
        {
            return new InferenceSession(path, settings);
        }
        catch (OnnxRuntimeException refused)
        {
            throw new BundleException($"'{path}' cannot be run by ONNX Runtime {OrtEnv.Instance().GetVersionString()}: {refused.Message}", refused);
        }
    }

    private static void AddCuda(SessionOptions settings, InferenceOptions options)
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(CudaProvider))
            throw new BrokenEngineException("Inference:Provider is Cuda, but this build has ONNX Runtime for the CPU only. Use the GPU image, build with -p:OnnxRuntimeFlavor=gpu, or set Inference:Provider to Cpu.");
        using var cuda = new OrtCUDAProviderOptions();
        var values = new Dictionary<string, string>
        {
            ["device_id"] = options.DeviceId.ToString(CultureInfo.InvariantCulture),
            ["arena_extend_strategy"] = "kSameAsRequested",
            ["cudnn_conv_algo_search"] = "HEURISTIC",
        };
        if (options.DeviceMemoryBytes > 0)
            values["gpu_mem_limit"] = options.DeviceMemoryBytes.ToString(CultureInfo.InvariantCulture);
        try
        {
            cuda.UpdateOptions(values);
            settings.AppendExecutionProvider_CUDA(cuda);
        }
        catch (OnnxRuntimeException absent)
        {
            throw new BrokenEngineException($"Inference:Provider is Cuda, but CUDA device {options.DeviceId} cannot be used ({absent.Message}). Check the driver, the CUDA and cuDNN libraries and Inference:DeviceId, or set Inference:Provider to Cpu.", absent);
        }
    }
}
