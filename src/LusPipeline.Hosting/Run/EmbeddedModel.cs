using LusPipeline.Hosting.Children;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Run;

/// <summary>The one model that a run computes with.</summary>
internal sealed class EmbeddedModel : IDisposable
{
    private readonly LoadedModel _loaded;

    private EmbeddedModel(LoadedModel loaded, RunRequest request)
    {
        _loaded = loaded;
        Set = new([loaded.Bundle], request.Inference, CheckedBackbone.Open, bundle => BundleTrial.RunAsync(bundle, request.Media, CancellationToken.None));
    }

    public Bundle Bundle => _loaded.Bundle;
    public string Variant => _loaded.Variant;
    public ModelSet Set { get; }

    /// <param name="request">The run.</param>
    /// <param name="fastFolder">Keeps the model's slim form.</param>
    /// <param name="open">Whether to begin opening the models at once, in the background. Otherwise <see cref="OpenAsync"/> opens them.</param>
    /// <exception cref="BundleException">The bundle cannot be used, or lacks the variant.</exception>
    public static async Task<EmbeddedModel> LoadAsync(RunRequest request, string fastFolder, bool open)
    {
        var loaded = LoadedModel.Load(request.Model, request.Variant, request.Inference);
        if (request.Fast)
            loaded = loaded with { Bundle = await FastBundle.MakeAsync(loaded.Bundle, fastFolder, request.Media, CancellationToken.None).ConfigureAwait(false) };
        var model = new EmbeddedModel(loaded, request);
        if (open)
            _ = model.OpenAsync();
        return model;
    }

    /// <summary>Opens the models, once.</summary>
    /// <exception cref="Core.Outcomes.BrokenEngineException">One that ONNX Runtime refuses, or CUDA was asked for and is not there.</exception>
    public Task OpenAsync() => Task.WhenAll(Set.BackboneAsync(Bundle.Id, Variant), Set.HeadAsync(Bundle.Id));

    public void Dispose() => Set.Dispose();
}
