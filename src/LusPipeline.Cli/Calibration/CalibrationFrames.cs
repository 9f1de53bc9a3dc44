using LusPipeline.Cli.Arguments;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Offline;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Calibration;

/// <summary>Frames for calibration, and frames of other videos for measurement.</summary>
/// <param name="Calibration">Each uint8 RGB [H, W, 3].</param>
/// <param name="HeldOut">Each uint8 RGB [H, W, 3]. They come from videos that are not used in <paramref name="Calibration"/>.</param>
internal sealed record CalibrationFrames(IReadOnlyList<Memory<byte>> Calibration, IReadOnlyList<Memory<byte>> HeldOut)
{
    /// <summary>
    /// Assigns the folder's videos, sorted by name, alternately to the two sets. It takes the same number of frames from each video, spread over its
    /// length.
    /// </summary>
    /// <param name="folder">The folder; its subfolders are included.</param>
    /// <param name="count">Largest number of frames in each set.</param>
    /// <exception cref="BundleException">There are fewer than two usable videos.</exception>
    public static async Task<CalibrationFrames> ReadAsync(string folder, Bundle bundle, int count, CancellationToken cancellation)
    {
        using var offline = new OfflineVideos([folder], new VideoLimits(), new IngestOptions(), MediaSettings.Read(), TimeProvider.System);
        var videos = (await offline.ListAsync(cancellation)).OrderBy(video => video.Key, StringComparer.Ordinal).ToList();
        // If there are more videos than frames are wanted, use every n-th video.
        var step = Math.Max(1, videos.Count / (2 * count));
        videos = [.. videos.Where((_, index) => index / 2 % step == 0)];
        var each = Math.Clamp(2 * count / Math.Max(videos.Count, 1), 1, bundle.Frames);
        var size = bundle.Height * bundle.Width * 3;
        List<Memory<byte>>[] kinds = [[], []];
        var usable = 0;
        await foreach (var cut in offline.CutAsync(videos, [ClipShape.For(bundle)], cancellation))
        {
            if (cut.Rejection is not null)
                continue;
            var (_, frames) = NpyFile.Read<byte>(cut.Clips[0]);
            var kind = kinds[usable++ % 2];
            for (var index = 0; index < each && kind.Count < count; index++)
            {
                var frame = ((2 * index) + 1) * bundle.Frames / (2 * each);
                kind.Add(frames.AsSpan(frame * size, size).ToArray());
            }
        }
        if (usable < 2)
            throw new BundleException($"'{folder}' has {usable} usable videos; calibration needs at least two: one to calibrate on, one to measure on.");
        return new(kinds[0], kinds[1]);
    }
}
