using LusPipeline.Hosting.Children;
using LusPipeline.Hosting.Settings;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Hosting.Checks;

/// <summary>
/// Checks of the bundles: one of <see cref="ModelOptions.TrustedKeys"/> has signed them if there are any, every file has its sha256, and one
/// frame runs on the configured provider. Also checks CUDA if it is configured.
/// </summary>
internal static class ModelChecks
{
    public static IEnumerable<Check> All(LoadedSettings settings)
    {
        var (models, inference, media) = (settings.Get<ModelOptions>(), settings.Get<InferenceOptions>(), settings.Get<MediaOptions>());
        yield return new("model", cancellation => RunAsync(models.Bundle, models.Variant, models, inference, media, cancellation));
        foreach (var name in models.More)
            yield return new($"model {name}", cancellation => RunAsync(name, null, models, inference, media, cancellation));
        yield return new("GPU", _ => Task.FromResult(Gpu(inference)));
    }

    /// <summary>Checks that this build knows CUDA. The check of the model shows that the device computes.</summary>
    private static CheckOutcome Gpu(InferenceOptions inference)
    {
        if (inference.Provider != ExecutionProvider.Cuda)
            return CheckOutcome.LeftOut($"{InferenceOptions.Section}:{nameof(InferenceOptions.Provider)} is {inference.Provider}");
        return OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider")
            ? CheckOutcome.Passed($"this build knows CUDA; the model above runs on device {inference.DeviceId}")
            : CheckOutcome.Failed($"this build has ONNX Runtime for the CPU only. Use the GPU image, or build with -p:OnnxRuntimeFlavor=gpu");
    }

    private static async Task<CheckOutcome> RunAsync(
        string? name, string? variant, ModelOptions models, InferenceOptions inference, MediaOptions media, CancellationToken cancellation)
    {
        var model = LoadedModel.Load(BundleCatalog.Find(name), variant, inference, TrustedKeys.Read(models.TrustedKeys));
        using var backbone = await BundleTrial.OpenBackboneAsync(model, inference, media, cancellation).ConfigureAwait(false);
        await backbone.ExtractAsync(
            new byte[backbone.Height * backbone.Width * 3], 1, new float[backbone.FeatureLength], cancellation).ConfigureAwait(false);
        using var head = OnnxHead.Open(model.Bundle, inference);
        head.Predict(new float[head.Frames * head.FeatureLength]);
        var whole = models.TrustedKeys.Count > 0 ? "whole, signed" : "whole";
        return CheckOutcome.Passed($"{model.Bundle.Name} {model.Bundle.Version} ({model.Variant}) is {whole} and runs on {inference.Provider.ToString().ToUpperInvariant()}, {model.Bundle.Folder}");
    }
}
