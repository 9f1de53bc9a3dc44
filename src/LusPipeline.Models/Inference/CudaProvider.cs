using System.Globalization;
using LusPipeline.Core.Outcomes;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Models.Inference;

/// <summary>Adds ONNX Runtime's CUDA provider, or throws. Without this check ONNX Runtime would silently compute on the CPU.</summary>
internal static class CudaProvider
{
    private const string Name = "CUDAExecutionProvider";

    /// <exception cref="BrokenEngineException">This build has no CUDA, or the device or its libraries are missing.</exception>
    public static void AddTo(SessionOptions settings, InferenceOptions options)
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(Name))
        {
            throw new BrokenEngineException(
                "Inference:Provider is Cuda, but this build has ONNX Runtime for the CPU only. "
                + "Use the GPU image, build with -p:OnnxRuntimeFlavor=gpu, or set Inference:Provider to Cpu.");
        }
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(Values(options));
            settings.AppendExecutionProvider_CUDA(cuda);
            // Without this entry a node that the provider cannot run goes to the CPU. If the provider fails, all nodes do.
            settings.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
        }
        catch (OnnxRuntimeException absent)
        {
            throw new BrokenEngineException(
                $"Inference:Provider is Cuda, but CUDA device {options.DeviceId} cannot be used: {Reason(absent)}. "
                + "Check the driver (nvidia-smi), the libraries of CUDA 13 and cuDNN 9 and Inference:DeviceId, or set Inference:Provider to Cpu.",
                absent);
        }
    }

    /// <summary>The options of the CUDA provider itself.</summary>
    internal static Dictionary<string, string> Values(InferenceOptions options)
    {
        var values = new Dictionary<string, string>
        {
            ["device_id"] = options.DeviceId.ToString(CultureInfo.InvariantCulture),
            ["arena_extend_strategy"] = options.DeviceArenaGrowth == ArenaGrowth.PowersOfTwo ? "kNextPowerOfTwo" : "kSameAsRequested",
            // An exhaustive search would run again for every batch size.
            ["cudnn_conv_algo_search"] = "HEURISTIC",
            ["use_tf32"] = options.DeviceTf32 ? "1" : "0",
        };
        if (options.DeviceMemoryBytes > 0)
            values["gpu_mem_limit"] = options.DeviceMemoryBytes.ToString(CultureInfo.InvariantCulture);
        return values;
    }

    /// <summary>The exception for a session that cannot run on CUDA as a whole.</summary>
    internal static BrokenEngineException Refused(string path, OnnxRuntimeException refused) => new(
        $"Inference:Provider is Cuda, but '{path}' cannot run on it as a whole: {Reason(refused)}. "
        + "If memory ran out, raise Inference:DeviceMemoryBytes or free the device's; if an operator is missing there, set Inference:Provider to Cpu.",
        refused);

    /// <summary>ONNX Runtime's message without its source locations.</summary>
    private static string Reason(OnnxRuntimeException exception)
    {
        const string error = "with error: ";
        var message = exception.Message.ReplaceLineEndings(" ").Trim();
        var at = message.LastIndexOf(error, StringComparison.Ordinal);
        return (at < 0 ? message : message[(at + error.Length)..]).TrimEnd('.', ' ');
    }
}
