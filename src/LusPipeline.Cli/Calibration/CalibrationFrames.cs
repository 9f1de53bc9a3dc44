using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Offline;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Cli.Calibration;

/// <summary>Frames to calibrate on, and frames of other videos to measure on.</summary>
/// <param name="Calibration">Each uint8 RGB [H, W, 3].</param>
/// <param name="HeldOut">Each uint8 RGB [H, W, 3]; no video of <paramref name="Calibration"/> is among them.</param>
internal sealed record CalibrationFrames(IReadOnlyList<Memory<byte>> Calibration, IReadOnlyList<Memory<byte>> HeldOut)
{
    /// <summary>Takes the folder's videos by name in turns, and from each the same number of frames, spread over it.</summary>
    /// <param name="folder">With subfolders.</param>
    /// <param name="count">Most frames of each kind.</param>
    /// <exception cref="BundleException">Less than two usable videos.</exception>
    public static async Task<CalibrationFrames> ReadAsync(string folder, Bundle bundle, int count, CancellationToken cancellation)
    {
        using var offline = new OfflineVideos([folder], new VideoLimits(), new IngestOptions(), TimeProvider.System);
        var videos = (await offline.ListAsync(cancellation)).OrderBy(video => video.Key, StringComparer.Ordinal).ToList();
        // Of more videos than frames are wanted, every n-th.
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
