using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Labels;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Offline;
using LusPipeline.Media;
using LusPipeline.Training.Data;

namespace LusPipeline.Cli.Commands;

/// <summary>Finds the labelled videos of folders.</summary>
internal static class LabelledVideos
{
    /// <param name="paths">Videos, or folders of videos.</param>
    public static OfflineVideos Open(IEnumerable<string> paths) =>
        new(paths, new VideoLimits(), new IngestOptions(), MediaSettings.Read(), TimeProvider.System);

    /// <param name="videos">Lists the videos.</param>
    /// <param name="paths">Where they are, for messages.</param>
    /// <param name="leftOut">Receives a line for each video that cannot be used.</param>
    /// <returns>The videos with their labels and the sha256 of their files, by name.</returns>
    public static async Task<LabelTable> ListAsync(
        OfflineVideos videos, IReadOnlyList<string> paths, VideoLabels labels, ICollection<string> leftOut, CancellationToken cancellation)
    {
        var rows = new List<VideoLabel>();
        foreach (var video in (await videos.ListAsync(cancellation)).OrderBy(video => video.Key, StringComparer.Ordinal))
        {
            if (video.Rejection is { } rejection)
                leftOut.Add($"{video.Key}: {rejection.Reason}: {rejection.Detail}");
            else if (labels.Row(video.Key) is { } row)
                rows.Add(row with { File = video.Key, Content = video.Content });
            else
                leftOut.Add($"{video.Key}: {LeftOutVideo.NoLabel}: No label is known of it.");
        }
        return new(labels.Table?.Source ?? string.Join(", ", paths), rows);
    }
}
