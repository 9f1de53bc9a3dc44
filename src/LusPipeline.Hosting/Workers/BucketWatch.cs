using System.Diagnostics;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Studies;
using LusPipeline.Ingest;
using LusPipeline.Storage.Buckets;
using LusPipeline.Storage.Ledger;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Workers;

/// <summary>Lists the bucket, registers what is new and publishes it. One ingest worker at a time does; another takes over when it dies.</summary>
internal sealed partial class BucketWatch(
    IVideoBucket bucket, VideoLimits limits, VideoTarget target, WatchOptions options, VideoArrivals arrivals, StudyMoves studies,
    IStageBus bus, DutyLoop loop, ILogger<BucketWatch> logger) : BackgroundService
{
    /// <summary>Videos registered in one transaction.</summary>
    private const int Chunk = 1_000;

    /// <summary>Messages that wait for the broker's confirmation at one time.</summary>
    private const int Publishing = 32;

    private readonly SeenObjects _seen = new();
    private long _listedAll;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var scan = new BucketScan(bucket, settling: null, limits)
        {
            Chunk = Chunk,
            Seen = _seen,
            Marker = options.Marker.Length == 0 ? null : options.Marker,
        };
        return loop.RunAsync(Duties.Watch(bucket.Name), options.Interval, cancellation => ListAsync(scan, cancellation), stoppingToken);
    }

    private async Task ListAsync(BucketScan scan, CancellationToken cancellation)
    {
        var found = 0;
        var all = Stopwatch.GetElapsedTime(_listedAll) >= options.FullInterval || _listedAll == 0;
        var started = Stopwatch.GetTimestamp();
        await foreach (var chunk in scan.ListAsync(cancellation, all).ConfigureAwait(false))
        {
            var messages = await arrivals.RegisterAsync(chunk, target, limits, cancellation).ConfigureAwait(false);
            found += messages.Count;
            await Parallel.ForEachAsync(
                messages, new ParallelOptions { MaxDegreeOfParallelism = Publishing, CancellationToken = cancellation },
                async (message, stopping) => await bus.PublishAsync(message, stopping).ConfigureAwait(false)).ConfigureAwait(false);
        }
        foreach (var (place, study) in scan.Closed)
            await studies.CloseAsync(LedgerIds.Study(place, study), cancellation).ConfigureAwait(false);
        _seen.Finish();
        if (all)
            _listedAll = started;
        if (found > 0)
            LogFound(logger, found);
    }

    [LoggerMessage(LogLevel.Information, "{Videos} new videos")]
    private static partial void LogFound(ILogger logger, int videos);
}
