using System.Numerics.Tensors;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Moves;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Offline;

/// <summary>Compares two bundles, or two variants of one bundle, on the same videos in one run. Each video gives one clip over its whole length.</summary>
/// <param name="onVideo">Called after each video with the number of videos done and the total.</param>
public sealed class BundleComparison(ComparisonRequest request, Action<int, int> onVideo, TimeProvider clock)
{
    /// <exception cref="BundleException">A model cannot be used, or the two models have nothing to compare.</exception>
    /// <exception cref="BrokenEngineException">The work cannot continue, for example without disk space, memory or ffmpeg.</exception>
    /// <exception cref="FileNotFoundException">A path does not exist, or there is no video under the paths.</exception>
    public async Task<ComparisonReport> RunAsync(CancellationToken cancellation)
    {
        using var videos = new OfflineVideos(request.Paths, request.Limits, request.Ingest, request.Media, clock);
        using var a = await ComparedModel.OpenAsync(request.A, request, cancellation).ConfigureAwait(false);
        using var b = await ComparedModel.OpenAsync(request.B, request, cancellation).ConfigureAwait(false);
        var sameFeatures = a.Bundle.Features == b.Bundle.Features && a.Bundle.Frames == b.Bundle.Frames;
        if (!sameFeatures && !(a.Bundle.HasHead && b.Bundle.HasHead))
            throw new BundleException($"'{a.Bundle.Name}' and '{b.Bundle.Name}' cannot be compared: not both have a head, and their features differ in length or in the frames of a clip.");
        var seen = (await videos.ListAsync(cancellation).ConfigureAwait(false)).OrderBy(video => video.Key, StringComparer.Ordinal).ToList();
        if (seen.Count == 0)
            throw new FileNotFoundException($"There is no video under {string.Join(", ", request.Paths)}.");
        await a.WarmUpAsync(cancellation).ConfigureAwait(false);
        await b.WarmUpAsync(cancellation).ConfigureAwait(false);

        var compared = new List<ComparedVideo>();
        var rejected = new List<(string, Rejection)>();
        ClipShape[] shapes = a.Shape == b.Shape ? [a.Shape] : [a.Shape, b.Shape];
        await foreach (var cut in videos.CutAsync(seen, shapes, cancellation).ConfigureAwait(false))
        {
            if (cut.Rejection is { } rejection)
            {
                rejected.Add((cut.Video.Key, rejection));
            }
            else
            {
                // The two models take turns to go first, so that neither always finds the frames in the file cache.
                ClassProbabilities? ofA, ofB;
                if (compared.Count % 2 == 0)
                    (ofA, ofB) = (await a.RunAsync(cut.Clips[0], cancellation).ConfigureAwait(false), await b.RunAsync(cut.Clips[^1], cancellation).ConfigureAwait(false));
                else
                    (ofB, ofA) = (await b.RunAsync(cut.Clips[^1], cancellation).ConfigureAwait(false), await a.RunAsync(cut.Clips[0], cancellation).ConfigureAwait(false));
                compared.Add(new(cut.Video.Key, ofA, ofB, sameFeatures ? Cosine(a.Features, b.Features, a.Bundle.Features) : null));
            }
            onVideo(compared.Count + rejected.Count, seen.Count);
        }
        return new(a.Summary, b.Summary, compared, rejected);
    }

    /// <summary>Mean cosine over the frames; 1 for two feature vectors that are both zero.</summary>
    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int length)
    {
        var sum = 0.0;
        for (var first = 0; first < a.Length; first += length)
        {
            var x = a.Slice(first, length);
            var y = b.Slice(first, length);
            sum += x.SequenceEqual(y) ? 1 : !x.ContainsAnyExcept(0f) || !y.ContainsAnyExcept(0f) ? 0 : TensorPrimitives.CosineSimilarity(x, y);
        }
        return sum / (a.Length / length);
    }
}
