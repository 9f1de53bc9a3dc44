using LusPipeline.Buckets;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Ledgers;
using LusPipeline.Core.Studies;
using LusPipeline.Explaining;
using LusPipeline.Explaining.Frames;
using LusPipeline.Explaining.Pictures;
using LusPipeline.Explaining.Subjects;
using LusPipeline.Hosting.Children;
using LusPipeline.Hosting.Run;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Cli.Explaining;

/// <summary>What explains the clips of a ledger: where their originals, their models and the cache of frames are.</summary>
internal sealed class OpenedExplainer : IDisposable
{
    private readonly Func<LedgerContext> _open;
    private readonly FrameCache _cache;
    private readonly ClipFrames _frames;
    private readonly IDisposable? _objects;
    private readonly string? _scratch;

    private OpenedExplainer(
        Func<LedgerContext> open, IVideoBucket originals, BundleFinder bundles, string cache, FrameDecoding decoding, InferenceOptions inference, FrameMask mask,
        TimeProvider clock, IDisposable? objects, string? scratch)
    {
        (_open, _objects, _scratch) = (open, objects, scratch);
        _cache = new FrameCache(cache);
        _frames = new ClipFrames(originals, bundles, _cache, decoding, mask, clock);
        Clips = new ClipExplainer(open, _frames, bundles, inference, bundle => BundleTrial.RunAsync(bundle, decoding.Media, CancellationToken.None));
    }

    public ClipExplainer Clips { get; }

    /// <param name="home">The home folder of <c>lus run</c>.</param>
    /// <param name="open">Its ledger.</param>
    /// <param name="videos">Further places of originals.</param>
    /// <param name="model">A further bundle's folder or name; null for none.</param>
    /// <param name="limits">Limits of the decoder.</param>
    /// <exception cref="FileNotFoundException">One of <paramref name="videos"/> does not exist.</exception>
    /// <exception cref="BundleException">There is no such model.</exception>
    public static OpenedExplainer OfHome(
        string home, Func<LedgerContext> open, IReadOnlyList<string> videos, string? model, FrameMask mask, VideoLimits? limits = null)
    {
        var bundles = new BundleFinder(
        [
            .. Given(model), .. HomePlaces.Read(home).Models, HomeFolder.FastIn(home), .. Catalog(),
        ]);
        // The original was within the limits when it was diagnosed, whatever they were then.
        var decoding = new FrameDecoding(new IngestOptions(), MediaSettings.Read(), limits ?? Unlimited);
        var originals = HomePlaces.Originals(home, videos);
        return new(open, originals, bundles, HomeFolder.FramesIn(home), decoding, new InferenceOptions(), mask, TimeProvider.System, originals, null);
    }

    /// <summary>The ledger of workers: originals are in their bucket, models those of the settings. Frames stay only while this is open.</summary>
    /// <exception cref="ConfigurationException">The workers' bucket is not configured.</exception>
    /// <exception cref="BundleException">There is no such model.</exception>
    public static async Task<OpenedExplainer> OfWorkersAsync(OpenedLedger opened, string? model, FrameMask mask, CancellationToken cancellation)
    {
        var settings = opened.Settings!;
        var (models, media) = (settings.Get<ModelOptions>(), settings.Get<MediaOptions>());
        var keys = TrustedKeys.Read(models.TrustedKeys);
        var objects = opened.OpenObjects();
        var scratch = PrivateFolder.Make(Path.Combine(Path.GetTempPath(), $"lus-explain-{Guid.NewGuid():N}"));
        try
        {
            List<string> places = [.. Given(model), .. models.More.Select(BundleCatalog.Find), .. Given(models.Bundle), .. Catalog()];
            if (models.Fast)
            {
                // Fast workers compute with the slim form, which has an id of its own. It has no signature; the bundle that it is made of has.
                var full = Bundle.Load(BundleCatalog.Find(models.Bundle), keys);
                places.Insert(0, (await FastBundle.MakeAsync(full, Path.Combine(scratch, "fast"), media, cancellation)).Folder);
                keys = null;
            }
            return new(
                opened.Open, objects.Originals!, new BundleFinder(places, keys), Path.Combine(scratch, "frames"),
                new FrameDecoding(settings.Get<IngestOptions>(), media, settings.Get<VideoLimits>()), settings.Get<InferenceOptions>(), mask, opened.Clock, objects, scratch);
        }
        catch
        {
            objects.Dispose();
            Directory.Delete(scratch, recursive: true);
            throw;
        }
    }

    /// <summary>Deletes frames of clips that the ledger no longer has. Who keeps this open calls it now and then: <c>lus delete</c> may run elsewhere.</summary>
    public Task ForgetErasedAsync(CancellationToken cancellation) => _cache.ForgetErasedAsync(new ClipSubjects(_open), cancellation);

    public void Dispose()
    {
        Clips.Dispose();
        _frames.Dispose();
        _objects?.Dispose();
        if (_scratch is not null)
            Directory.Delete(_scratch, recursive: true);
    }

    private static VideoLimits Unlimited { get; } = new() { MaxFramePixels = int.MaxValue, MaxFrames = int.MaxValue, MaxFileBytes = long.MaxValue };

    private static IEnumerable<string> Given(string? model) => model is null ? [] : [BundleCatalog.Find(model)];

    private static IEnumerable<string> Catalog() => BundleCatalog.Root() is { } root ? [root] : [];
}
