using System.Runtime.CompilerServices;
using LusPipeline.Buckets;
using LusPipeline.Buckets.Folder;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Moves;
using LusPipeline.Media;
using LusPipeline.Media.Cutting;
using LusPipeline.Media.Dicom;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Probing;
using LusPipeline.Media.Sniffing;
using LusPipeline.Pipeline.Ingest;
using LusPipeline.Pipeline.Intake;

namespace LusPipeline.Hosting.Offline;

/// <summary>
/// Finds the videos under some paths and cuts one clip over the whole of each, without a ledger. Feature sets, comparisons, calibration and measurements
/// use it.
/// </summary>
public sealed class OfflineVideos : IDisposable
{
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(500);

    private readonly string _scratch = Directory.CreateTempSubdirectory("lus-offline-").FullName;
    private readonly DecoderSlots _slots = new(2);
    private readonly ClipGate _gate = new(1);
    private readonly VideoFolder _bucket;
    private readonly BucketScan _scan;
    private readonly ClipCutter _cutter;
    private readonly VideoReader _reader;
    private readonly LoopRegion _region;
    private readonly TimeProvider _clock;
    private IReadOnlyList<SeenVideo>? _listed;
    private int _clips;

    /// <param name="paths">Paths of videos and of folders with videos.</param>
    /// <exception cref="FileNotFoundException">One of the paths does not exist.</exception>
    public OfflineVideos(IEnumerable<string> paths, VideoLimits limits, IngestOptions options, MediaOptions media, TimeProvider clock)
    {
        _clock = clock;
        _bucket = new VideoFolder("offline", paths, home: null, ContentCache.InMemory());
        _scan = new BucketScan(_bucket, new StableFiles(clock, StableFiles.DefaultAge), limits);
        _cutter = new ClipCutter(options, media, limits, _slots, _gate, clock);
        var probe = new VideoProbe(options, media, limits, _slots, clock);
        _reader = new VideoReader(probe, _cutter, new LoopOpener(options, media, limits));
        _region = media.Region;
    }

    /// <summary>
    /// Lists all videos, each once. It waits for files that are still being written. Every video is read, so it is done once: a second call gives the same list.
    /// </summary>
    public async Task<IReadOnlyList<SeenVideo>> ListAsync(CancellationToken cancellation)
    {
        if (_listed is not null)
            return _listed;
        var videos = new Dictionary<Guid, SeenVideo>();
        do
        {
            if (_scan.Waiting > 0)
                await Task.Delay(SettleInterval, _clock, cancellation).ConfigureAwait(false);
            await foreach (var chunk in _scan.ListAsync(cancellation).ConfigureAwait(false))
            {
                foreach (var video in chunk)
                    videos.TryAdd(video.VideoId, video);
            }
        }
        while (_scan.Waiting > 0);
        return _listed = [.. videos.Values];
    }

    /// <summary>Cuts the videos in order. The next video is cut while the caller uses the current one.</summary>
    /// <param name="shapes">The shapes of the clips that are cut from each video.</param>
    /// <exception cref="BrokenEngineException">The process cannot continue, for example without ffmpeg or disk space.</exception>
    public async IAsyncEnumerable<CutVideo> CutAsync(
        IReadOnlyList<SeenVideo> videos, IReadOnlyList<ClipShape> shapes, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(videos);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<CutVideo>? ahead = null;
        try
        {
            for (var index = 0; index < videos.Count; index++)
            {
                using var video = await (ahead ?? CutAsync(videos[index], shapes, stop.Token)).ConfigureAwait(false);
                ahead = null;
                if (index + 1 < videos.Count)
                    ahead = CutAsync(videos[index + 1], shapes, stop.Token);
                yield return video;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            if (ahead is not null)
            {
                await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (ahead.IsCompletedSuccessfully)
                    (await ahead.ConfigureAwait(false)).Dispose();
            }
        }
    }

    public void Dispose()
    {
        _slots.Dispose();
        _gate.Dispose();
        Directory.Delete(_scratch, recursive: true);
    }

    private async Task<CutVideo> CutAsync(SeenVideo video, IReadOnlyList<ClipShape> shapes, CancellationToken cancellation)
    {
        if (video.Rejection is { } rejection)
            return new(video, [], rejection);
        var clips = new List<string>();
        try
        {
            using var local = await _bucket.FetchAsync(video.Key, video.Tag, Path.Combine(_scratch, $"{video.VideoId:N}.video"), cancellation).ConfigureAwait(false);
            using var source = VideoSource.Open(video.VideoId, local.Path, _scratch);
            // A loop is opened anew for each shape.
            var isLoop = VideoSniffer.Sniff(source.Target, video.Key) is SniffResult.Dicom;
            VideoFacts? facts = null;
            foreach (var shape in shapes)
            {
                var name = $"{_clips++}.npy";
                var request = new CutRequest(source, ClipPlan.Whole(shape.Frames), shape.Width, shape.Height, _scratch, _ => name) { Region = _region };
                if (facts is null || isLoop)
                    facts = (await _reader.ReadAsync(request, video.Key, _ => null, TakeAsync, cancellation).ConfigureAwait(false)).Facts;
                else
                    await _cutter.CutAsync(request, facts, known: null, TakeAsync, cancellation).ConfigureAwait(false);
            }
            return new(video, clips, null);
        }
        catch (Exception refused) when (refused is RejectedException or TransientException)
        {
            new CutVideo(video, clips, null).Dispose();
            var reason = (refused as RejectedException)?.Reason ?? ((TransientException)refused).Reason;
            return new(video, [], new Rejection(reason, refused.Message));
        }

        Task<bool> TakeAsync(CutClip clip)
        {
            clips.Add(clip.Path);
            return Task.FromResult(false);
        }
    }
}
