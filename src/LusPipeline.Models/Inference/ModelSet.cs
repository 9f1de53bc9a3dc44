using System.Collections.Concurrent;
using LusPipeline.Core.Outcomes;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Models.Inference;

/// <summary>The bundles that a process can run. Each backbone and head is opened when it is first needed and stays open.</summary>
/// <param name="open">How a backbone is opened.</param>
public sealed class ModelSet(IEnumerable<Bundle> bundles, InferenceOptions options, Func<Bundle, string, InferenceOptions, IBackbone> open) : IDisposable
{
    private readonly Dictionary<string, Bundle> _bundles = bundles.DistinctBy(bundle => bundle.Id).ToDictionary(bundle => bundle.Id);
    private readonly ConcurrentDictionary<(string Bundle, string Variant), Lazy<Task<IBackbone>>> _backbones = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<OnnxHead>>> _heads = new();

    public ModelSet(IEnumerable<Bundle> bundles, InferenceOptions options) : this(bundles, options, CheckedBackbone.Open)
    {
    }

    public IReadOnlyCollection<Bundle> Bundles => _bundles.Values;

    /// <exception cref="MissingModelException">This process does not have it.</exception>
    public Bundle Bundle(string id) => _bundles.TryGetValue(id, out var bundle) ? bundle : throw new MissingModelException(id, null);

    /// <exception cref="MissingModelException">This process does not have it, or the bundle has no such variant.</exception>
    /// <exception cref="BrokenEngineException">A file that ONNX Runtime refuses, or CUDA was asked for and is not there.</exception>
    public Task<IBackbone> BackboneAsync(string id, string variant)
    {
        var bundle = Bundle(id);
        if (!bundle.Variants.Contains(variant))
            throw new MissingModelException(id, variant);
        return Opened(_backbones, (id, variant), () => open(bundle, variant, options));
    }

    /// <exception cref="MissingModelException">This process does not have it.</exception>
    /// <exception cref="BrokenEngineException">The bundle has no head, or one that ONNX Runtime refuses.</exception>
    public Task<OnnxHead> HeadAsync(string id)
    {
        var bundle = Bundle(id);
        return Opened(_heads, id, () => OnnxHead.Open(bundle, options));
    }

    public void Dispose()
    {
        foreach (var backbone in _backbones.Values.Where(opened => opened is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }))
            backbone.Value.Result.Dispose();
        foreach (var head in _heads.Values.Where(opened => opened is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }))
            head.Value.Result.Dispose();
    }

    private static Task<TModel> Opened<TKey, TModel>(ConcurrentDictionary<TKey, Lazy<Task<TModel>>> models, TKey key, Func<TModel> open) where TKey : notnull =>
        models.GetOrAdd(key, _ => new Lazy<Task<TModel>>(() => Task.Run(() => OrBroken(open)))).Value;

    /// <summary>A model that does not open is the process's trouble, not that of the clip that waits for it.</summary>
    private static TModel OrBroken<TModel>(Func<TModel> open)
    {
        try
        {
            return open();
        }
        catch (BundleException refused)
        {
            throw new BrokenEngineException(refused.Message, refused);
        }
    }
}
