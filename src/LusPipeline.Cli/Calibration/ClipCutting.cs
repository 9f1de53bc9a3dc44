using System.Runtime.CompilerServices;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Ingest;
using LusPipeline.Ingest.Cutting;
using LusPipeline.Ingest.Media;
using LusPipeline.Ingest.Probing;
using LusPipeline.Ingest.Sniffing;
using LusPipeline.Models.Bundles;
using LusPipeline.Storage.Npy;

namespace LusPipeline.Cli.Calibration;

/// <summary>The frames that a run would infer from videos, without a ledger.</summary>
internal static class ClipCutting
{
    /// <summary>Cuts one clip over the whole of each video, one video after another. Files that are no usable videos are passed over.</summary>
    /// <param name="videos">Paths.</param>
    /// <param name="bundle">Gives the frames' number and size.</param>
    /// <param name="scratch">A folder for one clip at a time.</param>
    /// <returns>The video's path, and uint8 RGB [T, H, W, 3].</returns>
    public static async IAsyncEnumerable<(string Video, byte[] Frames)> CutAsync(
        IEnumerable<string> videos, Bundle bundle, string scratch, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var slots = new DecoderSlots(2);
        using var gate = new ClipGate(1);
        var options = new IngestOptions();
        var limits = new VideoLimits();
        var probe = new VideoProbe(options, limits, slots, TimeProvider.System);
        var cutter = new ClipCutter(options, limits, slots, gate, TimeProvider.System);
        foreach (var video in videos)
        {
            byte[]? frames = null;
            try
            {
                using var source = VideoSource.Open(Guid.NewGuid(), video, scratch);
                if (VideoSniffer.Sniff(source.Path, video) is not SniffResult.Video sniffed)
                    continue;
                var facts = await probe.ProbeAsync(source, sniffed, cancellation);
                await cutter.CutAsync(
                    new CutRequest(source, facts, ClipPlan.Whole(bundle.Frames), bundle.Width, bundle.Height, scratch, _ => "clip.npy"),
                    clip =>
                    {
                        (_, frames) = NpyFile.Read<byte>(clip.Path);
                        File.Delete(clip.Path);
                        gate.Release();
                        return Task.CompletedTask;
                    },
                    cancellation);
            }
            catch (RejectedException)
            {
                continue;
            }
            if (frames is not null)
                yield return (video, frames);
        }
    }
}
