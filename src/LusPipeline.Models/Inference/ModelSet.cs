using System.Collections.Concurrent;
using LusPipeline.Core.Outcomes;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Models.Inference;

/// <summary>The bundles that a process can run. Each backbone and head is opened at its first use and stays open.</summary>
/// <param name="open">Opens a backbone of a bundle, by its variant.</param>
/// <param name="tryFirst">
/// Called once for each bundle before any model of it is opened. It throws <see cref="BundleException"/> for a bundle that must not be opened. Null: all may.
/// </param>
public sealed class ModelSet(
    IEnumerable<Bundle> bundles, InferenceOptions options, Func<Bundle, string, InferenceOptions, IBackbone> open, Func<Bundle, Task>? tryFirst = null)
    : IDisposable
{
    private readonly Dictionary<string, Bundle> _bundles = bundles.DistinctBy(bundle => bundle.Id).ToDictionary(bundle => bundle.Id);
    private readonly ConcurrentDictionary<(string Bundle, string Variant), Lazy<Task<IBackbone>>> _backbones = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<OnnxHead>>> _heads = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<Bundle>>> _tried = new();

    private volatile bool _abandoned;

    public ModelSet(IEnumerable<Bundle> bundles, InferenceOptions options) : this(bundles, options, CheckedBackbone.Open)
    {
    }

    public IReadOnlyCollection<Bundle> Bundles => _bundles.Values;

    /// <exception cref="MissingModelException">This process does not have the bundle.</exception>
    public Bundle Bundle(string id) => _bundles.TryGetValue(id, out var bundle) ? bundle : throw new MissingModelException(id, null);

    /// <exception cref="MissingModelException">This process does not have the bundle, or the bundle does not have the variant.</exception>
    /// <exception cref="BrokenEngineException">ONNX Runtime refuses a file, or CUDA was requested and is not available.</exception>
    public Task<IBackbone> BackboneAsync(string id, string variant)
    {
        var bundle = Bundle(id);
        if (!bundle.Variants.Contains(variant))
            throw new MissingModelException(id, variant);
        return Opened(_backbones, (id, variant), bundle, () => open(bundle, variant, options));
    }

    /// <exception cref="MissingModelException">This process does not have the bundle.</exception>
    /// <exception cref="BrokenEngineException">The bundle has no head, or ONNX Runtime refuses it.</exception>
    public Task<OnnxHead> HeadAsync(string id)
    {
        var bundle = Bundle(id);
        return Opened(_heads, id, bundle, () => OnnxHead.Open(bundle, options));
    }

    /// <summary>Tries every bundle, so that a bad one shows before there is work for it.</summary>
    /// <exception cref="BrokenEngineException">A bundle must not be opened.</exception>
    public async Task TryAllAsync()
    {
        foreach (var bundle in Bundles)
            await TriedAsync(bundle).ConfigureAwait(false);
    }

    /// <summary>Call this if a run of a model does not return. Disposing this object then frees nothing, because the run uses it.</summary>
    public void Abandon() => _abandoned = true;

    public void Dispose()
    {
        if (_abandoned)
            return;
        foreach (var backbone in _backbones.Values.Where(opened => opened is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }))
            backbone.Value.Result.Dispose();
        foreach (var head in _heads.Values.Where(opened => opened is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }))
            head.Value.Result.Dispose();
    }

    private Task<TModel> Opened<TKey, TModel>(ConcurrentDictionary<TKey, Lazy<Task<TModel>>> models, TKey key, Bundle bundle, Func<TModel> open)
        where TKey : notnull =>
        models.GetOrAdd(key, _ => new Lazy<Task<TModel>>(() => Task.Run(async () =>
        {
            await TriedAsync(bundle).ConfigureAwait(false);
            return await OrBrokenAsync(() => Task.FromResult(open())).ConfigureAwait(false);
        }))).Value;

    private Task TriedAsync(Bundle bundle) => tryFirst is null
        ? Task.CompletedTask
        : _tried.GetOrAdd(bundle.Id, _ => new Lazy<Task<Bundle>>(() => OrBrokenAsync(async () =>
        {
            await tryFirst(bundle).ConfigureAwait(false);
            return bundle;
        }))).Value;

    /// <summary>Does something with a model. A failure is reported as a fault of the process, not of the clip that waits for the model.</summary>
    private static async Task<TResult> OrBrokenAsync<TResult>(Func<Task<TResult>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (BundleException refused)
        {
            throw new BrokenEngineException(refused.Message, refused);
        }
    }
}
