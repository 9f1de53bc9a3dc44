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
using LusPipeline.Pipeline.Intake;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Worker;

/// <summary>
/// Looks at once at the objects that notifications name, and takes them in as a listing would. A notification that is lost, comes twice,
/// late, from nowhere or is garbage changes nothing: what counts is what the bucket has.
/// </summary>
internal sealed partial class NotifiedObjects(
    NotificationOptions options, BrokerOptions broker, S3Options place, S3VideoBucket bucket, VideoLimits limits, WatchOptions watch, VideoIntake intake,
    DutyLoop duty, LoopWatchdog loops, TimeProvider clock, ILogger<NotifiedObjects> logger)
{
    /// <summary>Keys that wait here; the rest waits on the broker, where the oldest give way.</summary>
    private const int Waiting = 1_000;

    private const int Batch = 200;
    private const int Looking = 8;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Between two lines of log about messages that are none.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private long? _reportedUnreadable;
    private int _unreadable;

    /// <summary>Goes on until it is cancelled. Without an exchange it does nothing until then.</summary>
    /// <param name="seen">Of the listings: what they know needs no look.</param>
    /// <param name="missed">Called when notifications may have been lost.</param>
    /// <exception cref="Core.Outcomes.BucketUnavailableException">The bucket does not answer.</exception>
    public async Task FollowAsync(SeenObjects seen, Action missed, CancellationToken cancellation)
    {
        if (!options.Wanted)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
            return;
        }
        var keys = Channel.CreateBounded<string>(Waiting);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var receiving = ReceiveAsync(keys.Writer, missed, over.Token);
        // What is unforeseen there ends this loop too.
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
            keys.SelectMany(ObjectEvents.NamesOf).Distinct(), new ParallelOptions { MaxDegreeOfParallelism = Looking, CancellationToken = cancellation },
            async (key, stopping) =>
            {
                var item = await bucket.FindAsync(key, stopping).ConfigureAwait(false);
                beat.Beat();
                var known = item is not null && seen.Knows(item);
                StageMetrics.Notified(item is null ? "absent" : known ? "known" : "found");
                if (item is not null && !known)
                    found.Add(item);
            }).ConfigureAwait(false);
        // Of its own, so that what this batch meets has no part in how often a listing tried an object.
        var scan = new BucketScan(bucket, stable: null, limits) { Chunk = VideoIntake.Chunk, Marker = watch.MarkerName };
        var taken = await TakeAsync(scan, found.ToAsyncEnumerable(), beat, cancellation).ConfigureAwait(false);
        var closed = scan.Closed.ToList();
        // A marker says that the study is whole, and the notification of one of its videos may have been lost.
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

    /// <summary>Hands on the keys that are told, through outages of the broker: without it there are listings.</summary>
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
                // The S3 server may have met the same trouble as we, and thrown away what it could not tell. A connection that was lost
                // and is back at once says nothing of the kind: a message that is too large ends one.
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
        if (_reportedUnreadable is { } last && clock.GetElapsedTime(last) < Silence)
            return;
        LogUnreadable(logger, _unreadable, options.Exchange);
        (_reportedUnreadable, _unreadable) = (clock.GetTimestamp(), 0);
    }

    [LoggerMessage(LogLevel.Information, "{Videos} new videos by notifications")]
    private static partial void LogFound(ILogger logger, int videos);

    [LoggerMessage(LogLevel.Information, "Following the notifications of exchange {Exchange}")]
    private static partial void LogFollowing(ILogger logger, string exchange);

    [LoggerMessage(LogLevel.Warning, "No notifications for now, listings find everything: {Detail}")]
    private static partial void LogAway(ILogger logger, string detail);

    [LoggerMessage(LogLevel.Warning, "{Messages} messages of exchange {Exchange} are no notifications of S3 and are dropped")]
    private static partial void LogUnreadable(ILogger logger, int messages, string exchange);
}
