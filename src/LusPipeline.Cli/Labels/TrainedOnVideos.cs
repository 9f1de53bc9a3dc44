using LusPipeline.Ledger.Results;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Labels;

/// <summary>How many of the labelled videos a model was trained on.</summary>
internal static class TrainedOnVideos
{
    /// <returns>Null if the bundle does not say on which videos its head was trained.</returns>
    public static int? Count(IEnumerable<VideoResult> videos, VideoLabels labels, BundleTraining? training) => Count(videos, labels, _ => training);

    /// <summary>Counts videos that several models may have diagnosed.</summary>
    /// <param name="training">Of the model of a <see cref="VideoResult.Model"/>; null if it is not known.</param>
    /// <returns>Null if the bundle of one of the videos does not say on which videos its head was trained.</returns>
    public static int? Count(IEnumerable<VideoResult> videos, VideoLabels labels, Func<string, BundleTraining?> training)
    {
        var count = 0;
        foreach (var model in videos.Where(video => video.Result is not null && labels.Find(video) is not null).GroupBy(video => video.Model))
        {
            if (training(model.Key) is not { Videos.Count: > 0 } told)
                return null;
            var known = told.Videos.ToHashSet(StringComparer.OrdinalIgnoreCase);
            count += model.Count(video => known.Contains(video.Content));
        }
        return count;
    }

    /// <summary>What an accuracy is worth, in words.</summary>
    /// <param name="trainedOn">The number that was counted; null if it is not known.</param>
    /// <param name="labelled">The number of labelled videos.</param>
    public static string Text(int? trainedOn, int labelled) => trainedOn switch
    {
        null => "The model does not say on which videos it was trained. If it was trained on these, the accuracy says nothing about new patients.",
        0 => $"The model was trained on none of these {labelled} videos. Other videos of the same patients are not recognised.",
        _ => $"The model was trained on {trainedOn} of these {labelled} videos: the accuracy says nothing about new patients.",
    };
}
