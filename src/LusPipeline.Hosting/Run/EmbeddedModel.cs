using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Run;

/// <summary>The one model that a run computes with.</summary>
internal sealed class EmbeddedModel : IDisposable
{
    private readonly LoadedModel _loaded;

    private EmbeddedModel(LoadedModel loaded, InferenceOptions inference) => (_loaded, Set) = (loaded, new([loaded.Bundle], inference));

    public Bundle Bundle => _loaded.Bundle;
    public string Variant => _loaded.Variant;
    public ModelSet Set { get; }

    /// <param name="open">Begins to open the models at once, in the background; else that is left to <see cref="OpenAsync"/>.</param>
    /// <exception cref="BundleException">The bundle cannot be used, or lacks the variant.</exception>
    public static EmbeddedModel Load(RunRequest request, bool open)
    {
        var model = new EmbeddedModel(LoadedModel.Load(request.Model, request.Variant, request.Inference), request.Inference);
        if (open)
            _ = model.OpenAsync();
        return model;
    }

    /// <summary>Opens the models, once.</summary>
    /// <exception cref="Core.Outcomes.BrokenEngineException">One that ONNX Runtime refuses, or CUDA was asked for and is not there.</exception>
    public Task OpenAsync() => Task.WhenAll(Set.BackboneAsync(Bundle.Id, Variant), Set.HeadAsync(Bundle.Id));

    public void Dispose() => Set.Dispose();
}
