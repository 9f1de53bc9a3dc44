using System.Diagnostics;
using System.Numerics.Tensors;
using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Probabilities;
using LusPipeline.Hosting.Children;
using LusPipeline.Ledger.Moves;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Hosting.Offline;

/// <summary>Makes a feature set from labelled videos, ordered by label and name. Memory holds one clip at a time, whatever the number of videos.</summary>
/// <param name="request">The arguments of the command.</param>
/// <param name="onVideo">Called after each video with the number of videos done and the total.</param>
public sealed class FeatureSetExtraction(FeatureSetRequest request, Action<int, int> onVideo, TimeProvider clock)
{
    /// <exception cref="FeatureSetException">
    /// The output folder is not free, there are no videos, none of them has a label, or two have the same name and label.
    /// </exception>
    /// <exception cref="BundleException">The model cannot be used.</exception>
    /// <exception cref="Core.Outcomes.BrokenEngineException">The work cannot continue, for example without disk space, memory or ffmpeg.</exception>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    public async Task<FeatureSetReport> RunAsync(CancellationToken cancellation)
    {
        FeatureSetWriter.RequireFree(request.Out);
        using var videos = new OfflineVideos(request.Paths, request.Limits, request.Ingest, request.Media, clock);
        return await RunAsync(videos, cancellation).ConfigureAwait(false);
    }

    /// <param name="videos">The videos of <see cref="FeatureSetRequest.Paths"/>, for several sets of the same ones.</param>
    /// <inheritdoc cref="RunAsync(CancellationToken)"/>
    public async Task<FeatureSetReport> RunAsync(OfflineVideos videos, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(videos);
        var watch = Stopwatch.StartNew();
        FeatureSetWriter.RequireFree(request.Out);
        var leftOut = new List<LeftOutVideo>();
        var planned = Plan(await videos.ListAsync(cancellation).ConfigureAwait(false), leftOut);

        var model = LoadedModel.Load(request.Model, request.Variant, request.Inference);
        var bundle = model.Bundle;
        using var backbone = await BundleTrial.OpenBackboneAsync(model, request.Inference, request.Media, cancellation).ConfigureAwait(false);
        var layers = new LayerColumns(bundle, request.Layers);
        using var set = new FeatureSetWriter(request.Out, bundle.Frames, layers.Width);
        var features = new float[bundle.Frames * bundle.Features];
        var through = 0;
        var shape = ClipShape.For(bundle);
        if (request.Vary is not null)
            shape = shape with { Frames = shape.Frames * FrameVariation.Phases };
        await foreach (var cut in videos.CutAsync([.. planned.Select(video => video.Seen)], [shape], cancellation).ConfigureAwait(false))
        {
            var (_, label, name) = planned[through++];
            if (cut.Rejection is { } rejection)
            {
                leftOut.Add(new(cut.Video.Key, rejection.Reason, rejection.Detail));
            }
            else
            {
                using (var frames = NpyMap.Open(cut.Clips[0], NpyType.For<byte>()))
                {
                    var clip = request.Vary is { } seed
                        ? FrameVariation.Draw(seed, $"{FeatureSetFiles.LabelName(label)}/{name}").Apply(frames.Bytes.Span, bundle.Height, bundle.Width)
                        : frames.Bytes;
                    await backbone.ExtractAsync(clip, bundle.Frames, features, cancellation).ConfigureAwait(false);
                }
                if (!TensorPrimitives.IsFiniteAll<float>(features))
                    throw new FeatureSetException($"The model '{bundle.Name}' gives features of '{cut.Video.Key}' that are infinite or NaN. Verify the model: lus models verify.");
                set.Add(label, name, layers.Of(features));
            }
            onVideo(through, planned.Count);
        }
        if (set.Videos > 0)
            set.Commit();
        return new(set.Videos, bundle.Frames, layers.Width, leftOut, model.Variant, watch.Elapsed);
    }

    private List<(SeenVideo Seen, Diagnosis Label, string Name)> Plan(IReadOnlyList<SeenVideo> seen, List<LeftOutVideo> leftOut)
    {
        if (seen.Count == 0)
            throw new FeatureSetException($"There is no video under {string.Join(", ", request.Paths)}.");
        var planned = new List<(SeenVideo Seen, Diagnosis Label, string Name)>();
        foreach (var video in seen)
        {
            if (request.Label(video.Key) is { } label)
                planned.Add((video, label, FeatureSetFiles.VideoName(video.Key, label)));
            else
                leftOut.Add(new(video.Key, LeftOutVideo.NoLabel, "No label is known of it."));
        }
        if (planned.Count == 0)
            throw new FeatureSetException("None of the videos has a label: put them in folders named cov, pne and reg, or give --labels a csv file with the columns file and label.");
        foreach (var same in planned.GroupBy(video => (video.Label, video.Name)).Where(group => group.Count() > 1))
            throw new FeatureSetException($"'{same.First().Seen.Key}' and '{same.Last().Seen.Key}' would both be {FeatureSetFiles.LabelName(same.Key.Label)}/{same.Key.Name} in the set. Rename one.");
        return [.. planned.OrderBy(video => video.Label).ThenBy(video => video.Name, StringComparer.Ordinal)];
    }
}
