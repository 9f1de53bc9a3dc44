using System.Diagnostics;
using System.Runtime.CompilerServices;
using LusPipeline.Buckets;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Registers;
using LusPipeline.Media;
using LusPipeline.Pipeline.Intake;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Worker;

/// <summary>
/// Lists the bucket at an interval and registers what is new. Objects that notifications name are registered at once. One ingest worker at a
/// time does this; when it dies, another takes over.
/// </summary>
internal sealed partial class BucketWatch(
    IVideoBucket bucket, VideoLimits limits, WatchOptions options, LeaseOptions lease, MediaOptions media, DicomOptions dicom, VideoIntake intake,
    NotifiedObjects notified, DutyLoop loop, Func<LedgerContext> open, WorkerBundles bundles, ILogger<BucketWatch> logger) : BackgroundService
{
    private readonly SeenObjects _seen = new();
    private long _listedAll;

    /// <summary>Of the ledger that has the videos of <see cref="_seen"/>; null before the first listing.</summary>
    private string? _incarnation;

    /// <summary>A worker without the duty asks for it at least once in each lease, so that a dead watcher is replaced soon.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var asking = options.Interval < lease.Duration ? options.Interval : lease.Duration;
        return loop.RunAsync("watch", LeasedDuties.Watch(bucket.Name), asking, WatchAsync, stoppingToken);
    }

    private async Task WatchAsync(LoopBeat beat, CancellationToken held)
    {
        using var again = new SemaphoreSlim(0);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(held);
        var following = notified.FollowAsync(_seen, () => again.Release(), either.Token);
        var listing = ListAsync(beat, again, either.Token);
        // Both loops end with an outage or when the duty is lost. Notifications of that time are lost, so the next round begins with a listing.
        var first = await Task.WhenAny(following, listing).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(following, listing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.ConfigureAwait(false);
    }

    private async Task ListAsync(LoopBeat beat, SemaphoreSlim again, CancellationToken cancellation)
    {
        var scan = new BucketScan(bucket, stable: null, limits)
        {
            Chunk = VideoIntake.VideosAtOnce,
            Seen = _seen,
            Marker = options.MarkerName,
            Key = dicom.HashedBy(),
            Region = media.Region,
        };
        while (true)
        {
            await ListAsync(scan, beat, cancellation).ConfigureAwait(false);
            beat.Beat(options.Interval);
            await again.WaitAsync(options.Interval, cancellation).ConfigureAwait(false);
        }
    }

    private async Task ListAsync(BucketScan scan, LoopBeat beat, CancellationToken cancellation)
    {
        await RecheckAsync(cancellation).ConfigureAwait(false);
        var found = 0;
        var all = Stopwatch.GetElapsedTime(_listedAll) >= options.FullInterval || _listedAll == 0;
        var started = Stopwatch.GetTimestamp();
        var listing = all ? bucket.ListAllAsync(cancellation) : bucket.ListAsync(cancellation);
        await foreach (var chunk in scan.ScanAsync(BeatingAsync(listing, beat, cancellation), cancellation).ConfigureAwait(false))
            found += await intake.TakeAsync(chunk, beat, cancellation).ConfigureAwait(false);
        foreach (var closed in scan.Closed)
            await intake.CloseAsync(closed, ahead: false, cancellation).ConfigureAwait(false);
        _seen.Finish();
        if (all)
            _listedAll = started;
        if (found > 0)
            LogFound(logger, found);
        LogListed(logger, all, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>
    /// Checks all objects again where the ledger may have gone back to an earlier state: it may lack videos, and the bundle of new ones. This
    /// looks before a listing, so that videos that a later loss takes away are found by the next one.
    /// </summary>
    private async Task RecheckAsync(CancellationToken cancellation)
    {
        var incarnation = await LedgerIncarnation.ReadAsync(open, cancellation).ConfigureAwait(false);
        if (incarnation == _incarnation)
            return;
        if (_incarnation is not null)
        {
            LogRecheck(logger);
            await bundles.RegisterAsync(cancellation).ConfigureAwait(false);
            _seen.Forget();
            _listedAll = 0;
        }
        _incarnation = incarnation;
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

    [LoggerMessage(LogLevel.Debug, "Listed the bucket (completely: {All}) in {Time}")]
    private static partial void LogListed(ILogger logger, bool all, TimeSpan time);

    [LoggerMessage(LogLevel.Information, "The database was started or restored since the last listing: all objects are checked again")]
    private static partial void LogRecheck(ILogger logger);

    [LoggerMessage(LogLevel.Information, "{Videos} new videos")]
    private static partial void LogFound(ILogger logger, int videos);
}
