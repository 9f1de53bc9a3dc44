using LusPipeline.Hosting.Settings;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Hosting.Checks;

/// <summary>The bundles: every byte by its sum, and one frame through the configured provider. And CUDA, where it is asked for.</summary>
internal static class ModelChecks
{
    public static IEnumerable<Check> All(LoadedSettings settings)
    {
        var (models, inference) = (settings.Get<ModelOptions>(), settings.Get<InferenceOptions>());
        yield return new("model", cancellation => RunAsync(models.Bundle, models.Variant, inference, cancellation));
        foreach (var name in models.More)
            yield return new($"model {name}", cancellation => RunAsync(name, null, inference, cancellation));
        yield return new("GPU", _ => Task.FromResult(Gpu(inference)));
    }

    /// <summary>That the device computes, the model's own check has shown.</summary>
    private static CheckOutcome Gpu(InferenceOptions inference)
    {
        if (inference.Provider != ExecutionProvider.Cuda)
            return CheckOutcome.LeftOut($"{InferenceOptions.Section}:{nameof(InferenceOptions.Provider)} is {inference.Provider}");
        return OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider")
            ? CheckOutcome.Passed($"this build knows CUDA; the model above runs on device {inference.DeviceId}")
            : CheckOutcome.Failed($"this build has ONNX Runtime for the CPU only. Use the GPU image, or build with -p:OnnxRuntimeFlavor=gpu");
    }

    private static async Task<CheckOutcome> RunAsync(string? name, string? variant, InferenceOptions inference, CancellationToken cancellation)
    {
        var model = LoadedModel.Load(BundleCatalog.Find(name), variant, inference);
        using var backbone = CheckedBackbone.Open(model.Bundle, model.Variant, inference);
        await backbone.ExtractAsync(
            new byte[backbone.Height * backbone.Width * 3], 1, new float[backbone.FeatureLength], cancellation).ConfigureAwait(false);
        using var head = OnnxHead.Open(model.Bundle, inference);
        head.Predict(new float[head.Frames * head.FeatureLength]);
        return CheckOutcome.Passed($"{model.Bundle.Name} {model.Bundle.Version} ({model.Variant}) is whole and runs on {inference.Provider.ToString().ToUpperInvariant()}, {model.Bundle.Folder}");
    }
}
