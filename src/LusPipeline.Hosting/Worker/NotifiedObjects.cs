using System.Collections.Concurrent;
using System.Threading.Channels;
using LusPipeline.Buckets;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Studies;
using LusPipeline.Core.Telemetry;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Notifications;
using LusPipeline.Hosting.Settings;
using LusPipeline.Media;
using LusPipeline.Pipeline.Intake;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Worker;

/// <summary>
/// Registers the objects that notifications name at once, as a listing would do later. A notification is only a hint to look into the bucket:
/// one that is lost, repeated, late, false or unreadable does no harm.
/// </summary>
internal sealed partial class NotifiedObjects(
    NotificationOptions options, BrokerOptions broker, S3Options place, S3VideoBucket bucket, VideoLimits limits, WatchOptions watch, VideoIntake intake,
    MediaOptions media, DicomOptions dicom, DutyLoop duty, LoopWatchdog loops, TimeProvider clock, ILogger<NotifiedObjects> logger)
{
    /// <summary>Keys that wait in this process. Further notifications wait on the broker, which drops the oldest.</summary>
    private const int MaxQueuedKeys = 1_000;

    private const int Batch = 200;
    private const int MaxParallel = 8;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Time between two log lines about unreadable messages.</summary>
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    private long? _reportedUnreadable;
    private int _unreadable;

    /// <summary>Runs until it is cancelled. Without an exchange it only waits.</summary>
    /// <param name="seen">Objects that listings have seen already. They are not looked up again.</param>
    /// <param name="missed">Called when notifications may have been lost.</param>
    /// <exception cref="Core.Outcomes.BucketUnavailableException">The bucket does not answer.</exception>
    public async Task FollowAsync(SeenObjects seen, Action missed, CancellationToken cancellation)
    {
        if (!options.Wanted)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
            return;
        }
        var keys = Channel.CreateBounded<string>(MaxQueuedKeys);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var receiving = ReceiveAsync(keys.Writer, missed, over.Token);
        // An unforeseen error there ends this loop too.
        _ = receiving.ContinueWith(ended => keys.Writer.TryComplete(ended.Exception), TaskScheduler.Default);
        try
        {
            while (await keys.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                var batch = new HashSet<string>(StringComparer.Ordinal);
                while (batch.Count < Batch && keys.Reader.TryRead(out var key))
                    batch.Add(key);
                using var beat = loops.Watch("notifications", duty.StandsStill);
                await CheckAsync(batch, seen, beat, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CheckAsync(IReadOnlyCollection<string> keys, SeenObjects seen, LoopBeat beat, CancellationToken cancellation)
    {
        var found = new ConcurrentBag<BucketObject>();
        await Parallel.ForEachAsync(
            keys.SelectMany(ObjectEvents.NamesOf).Distinct(), new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellation },
            async (key, stopping) =>
            {
                var item = await bucket.FindAsync(key, stopping).ConfigureAwait(false);
                beat.Beat();
                var known = item is not null && seen.Knows(item);
                StageMetrics.Notified(item is null ? "absent" : known ? "known" : "found");
                if (item is not null && !known)
                    found.Add(item);
            }).ConfigureAwait(false);
        // A new scan for each batch, so that its failures do not count as a listing's tries at an object.
        var scan = new BucketScan(bucket, stable: null, limits) { Chunk = VideoIntake.VideosAtOnce, Marker = watch.MarkerName, Key = dicom.HashedBy(), Region = media.Region };
        var taken = await TakeAsync(scan, found.ToAsyncEnumerable(), beat, cancellation).ConfigureAwait(false);
        var closed = scan.Closed.ToList();
        // A marker says that its study is complete. The notification of one of its videos may have been lost, so they are listed.
        foreach (var marker in found.Where(scan.IsMarker))
            taken += await TakeAsync(scan, bucket.ListStudyAsync(marker, cancellation), beat, cancellation).ConfigureAwait(false);
        foreach (var study in closed)
            await intake.CloseAsync(study, ahead: true, cancellation).ConfigureAwait(false);
        if (taken > 0)
            LogFound(logger, taken);
    }

    private async Task<int> TakeAsync(BucketScan scan, IAsyncEnumerable<BucketObject> items, LoopBeat beat, CancellationToken cancellation)
    {
        var taken = 0;
        await foreach (var chunk in scan.ScanAsync(items, cancellation).ConfigureAwait(false))
            taken += await intake.TakeAsync(chunk, beat, cancellation).ConfigureAwait(false);
        return taken;
    }

    /// <summary>Passes on the keys that notifications name. Outages of the broker are waited out; meanwhile listings find everything.</summary>
    private async Task ReceiveAsync(ChannelWriter<string> keys, Action missed, CancellationToken stopping)
    {
        await using var queue = new NotificationQueue(options, broker);
        var wait = Shortest;
        var followed = false;
        string? trouble = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var (_, _, isNew) = await queue.DeclareAsync(stopping).ConfigureAwait(false);
                // The S3 server may have had the same outage and dropped its notifications. A connection that is back at once is no sign
                // of an outage: a message that is too large closes it, too.
                if (isNew || trouble is not null)
                    missed();
                if (!followed || trouble is not null)
                    LogFollowing(logger, options.Exchange);
                (followed, trouble, wait) = (true, null, Shortest);
                await queue.ConsumeAsync(body => HandAsync(body, keys, stopping), stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception away) when (away is BrokerUnavailableException or BrokerException)
            {
                if (away.Message != trouble)
                    LogAway(logger, away.Message);
                trouble = away.Message;
            }
            await Task.Delay(wait, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = wait * 2 < Longest ? wait * 2 : Longest;
        }
    }

    private async Task HandAsync(ReadOnlyMemory<byte> body, ChannelWriter<string> keys, CancellationToken stopping)
    {
        var told = ObjectEvents.KeysOf(body, place.Name);
        if (told is null)
            ReportUnreadable();
        else if (told.Count == 0)
            StageMetrics.Notified("other");
        foreach (var key in told ?? [])
            await keys.WriteAsync(key, stopping).ConfigureAwait(false);
    }

    private void ReportUnreadable()
    {
        StageMetrics.Notified("unreadable");
        _unreadable++;
        if (_reportedUnreadable is { } last && clock.GetElapsedTime(last) < ReportInterval)
            return;
        LogUnreadable(logger, _unreadable, options.Exchange);
        (_reportedUnreadable, _unreadable) = (clock.GetTimestamp(), 0);
    }

    [LoggerMessage(LogLevel.Information, "Found {Videos} new videos by notifications")]
    private static partial void LogFound(ILogger logger, int videos);

    [LoggerMessage(LogLevel.Information, "Following the notifications of exchange {Exchange}")]
    private static partial void LogFollowing(ILogger logger, string exchange);

    [LoggerMessage(LogLevel.Warning, "Notifications are not available; videos are found by listing: {Detail}")]
    private static partial void LogAway(ILogger logger, string detail);

    [LoggerMessage(LogLevel.Warning, "Dropped {Messages} messages of exchange {Exchange} that are not notifications of S3")]
    private static partial void LogUnreadable(ILogger logger, int messages, string exchange);
}
