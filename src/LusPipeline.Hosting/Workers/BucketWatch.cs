using System.Diagnostics;
using System.Runtime.CompilerServices;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Http;
using LusPipeline.Ingest;
using LusPipeline.Storage.Buckets;
using LusPipeline.Storage.Ledger;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Workers;

/// <summary>Lists the bucket, registers what is new and publishes it. One ingest worker at a time does; another takes over when it dies.</summary>
internal sealed partial class BucketWatch(
    IVideoBucket bucket, VideoLimits limits, VideoTarget target, WatchOptions options, LeaseOptions lease, VideoArrivals arrivals,
    StudyMoves studies, IStageBus bus, DutyLoop loop, ILogger<BucketWatch> logger) : BackgroundService
{
    /// <summary>Videos registered in one transaction.</summary>
    private const int Chunk = 1_000;

    /// <summary>Messages that wait for the broker's confirmation at one time.</summary>
    private const int Publishing = 32;

    private readonly SeenObjects _seen = new();
    private long _listedAll;

    /// <summary>Whoever has not the duty asks for it more often than it may be listed: a dead watcher is missed within its lease.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var asking = options.Interval < lease.Duration ? options.Interval : lease.Duration;
        return loop.RunAsync("watch", Duties.Watch(bucket.Name), asking, WatchAsync, stoppingToken);
    }

    private async Task WatchAsync(LoopBeat beat, CancellationToken held)
    {
        var scan = new BucketScan(bucket, settling: null, limits)
        {
            Chunk = Chunk,
            Seen = _seen,
            Marker = options.Marker.Length == 0 ? null : options.Marker,
        };
        while (true)
        {
            await ListAsync(scan, beat, held).ConfigureAwait(false);
            beat.Beat(options.Interval);
            await Task.Delay(options.Interval, held).ConfigureAwait(false);
        }
    }

    private async Task ListAsync(BucketScan scan, LoopBeat beat, CancellationToken cancellation)
    {
        var found = 0;
        var all = Stopwatch.GetElapsedTime(_listedAll) >= options.FullInterval || _listedAll == 0;
        var started = Stopwatch.GetTimestamp();
        var listing = all ? bucket.ListAllAsync(cancellation) : bucket.ListAsync(cancellation);
        await foreach (var chunk in scan.ScanAsync(BeatingAsync(listing, beat, cancellation), cancellation).ConfigureAwait(false))
            found += await RegisterAsync(chunk, beat, cancellation).ConfigureAwait(false);
        foreach (var (place, study) in scan.Closed)
            await studies.CloseAsync(LedgerIds.Study(place, study), cancellation).ConfigureAwait(false);
        _seen.Finish();
        if (all)
            _listedAll = started;
        if (found > 0)
            LogFound(logger, found);
    }

    /// <returns>How many of them are new.</returns>
    private async Task<int> RegisterAsync(IReadOnlyList<SeenVideo> videos, LoopBeat beat, CancellationToken cancellation)
    {
        var messages = await arrivals.RegisterAsync(videos, target, limits, cancellation).ConfigureAwait(false);
        await Parallel.ForEachAsync(
            messages, new ParallelOptions { MaxDegreeOfParallelism = Publishing, CancellationToken = cancellation },
            async (message, stopping) =>
            {
                await bus.PublishAsync(message, stopping).ConfigureAwait(false);
                beat.Beat();
            }).ConfigureAwait(false);
        return messages.Count;
    }

    private static async IAsyncEnumerable<BucketObject> BeatingAsync(
        IAsyncEnumerable<BucketObject> items, LoopBeat beat, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var item in items.WithCancellation(cancellation).ConfigureAwait(false))
        {
            beat.Beat();
            yield return item;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Videos} new videos")]
    private static partial void LogFound(ILogger logger, int videos);
}
