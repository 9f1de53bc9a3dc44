using LusPipeline.Ledger.Results;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Labels;

/// <summary>How many of the labelled videos a model was trained on.</summary>
internal static class TrainedOnVideos
{
    /// <returns>Null if the bundle does not say on which videos its head was trained.</returns>
    public static int? Count(IEnumerable<VideoResult> videos, VideoLabels labels, BundleTraining? training)
    {
        if (training is not { Videos.Count: > 0 })
            return null;
        var known = training.Videos.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return videos.Count(video => video.Result is not null && labels.Find(video) is not null && known.Contains(video.Content));
    }

    /// <summary>What an accuracy is worth, in words.</summary>
    /// <param name="trainedOn">What <see cref="Count"/> gives.</param>
    /// <param name="labelled">The number of labelled videos.</param>
    public static string Text(int? trainedOn, int labelled) => trainedOn switch
    {
        null => "The model does not say on which videos it was trained. If it was trained on these, the accuracy says nothing about new patients.",
        0 => $"The model was trained on none of these {labelled} videos. Other videos of the same patients are not recognised.",
        _ => $"The model was trained on {trainedOn} of these {labelled} videos: the accuracy says nothing about new patients.",
    };
}
