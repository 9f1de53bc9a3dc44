using System.Numerics.Tensors;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Moves;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Offline;

/// <summary>Two bundles, or two variants of one, on the same videos in one run: one clip over each whole video.</summary>
/// <param name="onVideo">Told after each video: how many are through, of how many.</param>
public sealed class BundleComparison(ComparisonRequest request, Action<int, int> onVideo, TimeProvider clock)
{
    /// <exception cref="BundleException">A model cannot be used, or the two have nothing that could be compared.</exception>
    /// <exception cref="BrokenEngineException">The work cannot go on: no disk, no memory, no ffmpeg.</exception>
    /// <exception cref="FileNotFoundException">A path does not exist, or there is no video under the paths.</exception>
    public async Task<ComparisonReport> RunAsync(CancellationToken cancellation)
    {
        using var videos = new OfflineVideos(request.Paths, request.Limits, request.Ingest, clock);
        using var a = new ComparedModel(request.A, request.Inference);
        using var b = new ComparedModel(request.B, request.Inference);
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
                // Each is the first of every second video, so that neither always finds the frames in the file cache.
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

    /// <summary>Mean over the frames; 1 for two features that are both zero.</summary>
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
