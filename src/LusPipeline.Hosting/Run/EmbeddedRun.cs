using System.Data.Common;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LusPipeline.Buckets;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Buckets.Folder;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Results;
using LusPipeline.Models.Bundles;
using LusPipeline.Pipeline.Ingest;
using LusPipeline.Pipeline.Intake;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Run;

/// <summary>
/// <c>lus run</c>: lists the paths, processes the videos that have no result in the ledger yet, and reports the state of all videos under the paths.
/// </summary>
/// <param name="onVideo">Told of every finished video in the order of completion, and whether an earlier run had finished it.</param>
public sealed class EmbeddedRun(
    RunRequest request, RunProgress progress, Action<VideoResult, bool> onVideo, TimeProvider clock, Action<ILoggingBuilder> logging)
{
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(500);

    private readonly StageEvents _events = new();
    private readonly FatalError _fault = new(request.Archive is null ? null : new(clock, LoggerFactory.Create(logging).CreateLogger<OutageWait>()));
    private readonly Outstanding _outstanding = new();
    private readonly Channel<(Guid Video, int Generation)> _finished = Channel.CreateUnbounded<(Guid, int)>();
    private readonly Lock _telling = new();
    private readonly List<(VideoResult Video, bool Cached)> _videos = [];
    private readonly Dictionary<Guid, int> _generations = [];
    private readonly Dictionary<Guid, RegisteredVideo> _present = [];

    /// <param name="stopping">Stops at the next safe moment; the next run goes on from there.</param>
    /// <exception cref="HomeException">The home folder is in use or cannot be written.</exception>
    /// <exception cref="BundleException">The model cannot be used.</exception>
    /// <exception cref="BrokenEngineException">The work cannot go on: no disk, no memory, no ffmpeg.</exception>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    public async Task<RunReport> RunAsync(CancellationToken stopping)
    {
        progress.Outages = _fault.Outages;
        try
        {
            return await RunInHomeAsync(stopping).ConfigureAwait(false);
        }
        catch (DbException failure)
        {
            throw LedgerFault.Wrap(failure);
        }
    }

    private async Task<RunReport> RunInHomeAsync(CancellationToken stopping)
    {
        var watch = Stopwatch.StartNew();
        using var home = HomeFolder.Open(request.Home);
        var fresh = !File.Exists(home.LedgerFile);
        // A new home certainly has work to do, so the models are opened while the ledger is created and the videos are listed.
        var loading = Task.Run(() => EmbeddedModel.LoadAsync(request, home.Fast, open: fresh), CancellationToken.None);
        var ledger = await EmbeddedLedger.OpenAsync(home, request, _events, clock, CancellationToken.None).ConfigureAwait(false);
        using var model = await loading.ConfigureAwait(false);
        await ledger.Stages.Bundles.RegisterAsync(
            model.Bundle.Id, model.Bundle.Name, model.Bundle.Version, model.Bundle.Threshold, CancellationToken.None).ConfigureAwait(false);

        using var archive = request.Archive is { } options ? new ArchiveConnection(options, clock) : null;
        // What cannot be reached at all is said at once. Later outages are waited out.
        await (archive?.CheckAsync(stopping) ?? Task.CompletedTask).ConfigureAwait(false);
        var uidKey = request.Dicom.HashedBy() ?? (() => home.Key);
        IVideoBucket bucket = archive is null
            ? new VideoFolder(request.Bucket, request.Paths, home.Path, ledger.Hashes.Cache)
            : new ArchiveVideoBucket(archive, request.Bucket, uidKey(), clock, request.Limits.MaxFileBytes);
        HomePlaces.Note(home, request, model.Bundle);
        var work = new WorkFolder(home.Objects);
        await work.DeleteUnfinishedAsync(DateTime.MaxValue, CancellationToken.None).ConfigureAwait(false);
        var scratch = new ScratchFolder(home.Scratch);
        var scan = new BucketScan(bucket, archive is null ? new StableFiles(clock, StableFiles.DefaultAge) : null, request.Limits)
        {
            Key = uidKey,
            Region = request.Media.Region,
        };
        progress.Follow(_events);
        _events.VideoFinished += (video, generation) => _finished.Writer.TryWrite((video, generation));

        using var telemetry = StudyTelemetry.Start(ledger.Stages.Open, new TelemetryOptions(), clock);
        var engine = new Lazy<Task<Engine>>(() => Task.Run(() => Engine.StartAsync(
            request, model, ledger, bucket, work, scratch, _events, _fault, clock, logging)));
        if (fresh)
            _ = engine.Value;
        var reporting = ReportAsync(ledger);
        bool finished;
        try
        {
            finished = await OrBrokenAsync(
                cancellation => WorkAsync(scan, ledger, TargetOf(model.Bundle, model.Variant), engine, cancellation), stopping).ConfigureAwait(false);
        }
        finally
        {
            if (engine.IsValueCreated && await engine.Value.ContinueWith(start => start.IsCompletedSuccessfully, TaskScheduler.Default).ConfigureAwait(false))
                await (await engine.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            _finished.Writer.TryComplete();
            await reporting.ConfigureAwait(false);
            if (_fault.Hangs)
                model.Set.Abandon();
        }
        var studies = await ledger.Stages.Results.StudiesAsync(
            _present.Values.Select(video => video.StudyId).ToHashSet(), _generations, CancellationToken.None).ConfigureAwait(false);
        return new RunReport(_videos, studies, _outstanding.Count, scan.Skipped, watch.Elapsed, home.Path, model.Bundle.Manifest.Training, Interrupted: !finished);
    }

    private VideoTarget TargetOf(Bundle bundle, string variant) => new(
        request.Window is { } window ? ClipPlan.Windows(bundle.Frames, window, request.Stride) : ClipPlan.Whole(bundle.Frames),
        bundle.Id, variant);

    /// <summary>Runs the work until it ends, the user stops it (false), or the engine is found broken.</summary>
    private async Task<bool> OrBrokenAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var working = work(either.Token);
        if (await Task.WhenAny(working, _fault.Broken).ConfigureAwait(false) == _fault.Broken)
            await either.CancelAsync().ConfigureAwait(false);
        try
        {
            await working.ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            if (!_fault.Broken.IsCompleted)
                return false;
        }
        throw await _fault.Broken.ConfigureAwait(false);
    }

    private async Task WorkAsync(
        BucketScan scan, EmbeddedLedger ledger, VideoTarget target, Lazy<Task<Engine>> engine, CancellationToken cancellation)
    {
        using var besideStop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var suspects = new Suspects(_outstanding);
        var (sweep, draining) = (Task.CompletedTask, Task.CompletedTask);
        try
        {
            for (var listings = 0; listings == 0 || request.Watch || scan.Waiting > 0; listings++)
            {
                if (listings > 0)
                    await Task.Delay(scan.Waiting > 0 ? SettleInterval : request.WatchInterval, clock, cancellation).ConfigureAwait(false);
                await (_fault.Outages is { } outages ? outages.WaitOutAsync(ListOnceAsync, cancellation) : ListOnceAsync(cancellation)).ConfigureAwait(false);
                if (suspects.Any && draining.IsCompleted)
                    draining = BesideAsync(suspects.DrainAsync((await engine.Value.ConfigureAwait(false)).Bus, besideStop.Token));
            }
            await draining.ConfigureAwait(false);
            if (suspects.Any)
                await suspects.DrainAsync((await engine.Value.ConfigureAwait(false)).Bus, cancellation).ConfigureAwait(false);
            await _outstanding.AllFinishedAsync().WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            await besideStop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sweep, draining).ConfigureAwait(false);
        }

        async Task ListOnceAsync(CancellationToken stopping)
        {
            await foreach (var waiting in ListAsync(scan, ledger, target, stopping).ConfigureAwait(false))
            {
                var bus = (await engine.Value.ConfigureAwait(false)).Bus;
                await TakeUpAsync(waiting, ledger, bus, suspects, stopping).ConfigureAwait(false);
                if (sweep == Task.CompletedTask)
                    sweep = BesideAsync(new RetrySweep(ledger.Pending, _outstanding, bus, clock).RunAsync(besideStop.Token));
            }
        }
    }

    /// <summary>Runs a task beside the listings. If it fails, the run cannot go on.</summary>
    private async Task BesideAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It was cancelled on purpose.
        }
        catch (Exception failure)
        {
            _fault.Break(failure);
        }
    }

    /// <summary>Lists once, registers new videos, and reports those that are finished already.</summary>
    /// <returns>Videos with something to do, as they are found.</returns>
    private async IAsyncEnumerable<IReadOnlyList<RegisteredVideo>> ListAsync(
        BucketScan scan, EmbeddedLedger ledger, VideoTarget target, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var added = new List<RegisteredVideo>();
        await foreach (var chunk in scan.ListAsync(cancellation).ConfigureAwait(false))
        {
            var unseen = chunk.Where(video => !_present.ContainsKey(video.VideoId)).ToList();
            if (unseen.Count == 0)
                continue;
            var registered = await ledger.Register.RequestAsync(unseen, target, request.Limits, request.Force, cancellation).ConfigureAwait(false);
            await ledger.Hashes.SaveAsync(cancellation).ConfigureAwait(false);
            added.AddRange(registered);
            foreach (var video in registered)
                _present[video.VideoId] = video;
            progress.OnRegistered(registered.Count);
            var waiting = registered.Where(video => video.State is RegisteredState.Due or RegisteredState.Begun).ToList();
            var settled = registered.Except(waiting).ToDictionary(video => video.VideoId);
            foreach (var result in await ledger.Stages.Results.VideosAsync(settled.ToDictionary(video => video.Key, video => video.Value.Generation), cancellation).ConfigureAwait(false))
                Tell(result, cached: settled[result.VideoId].State is RegisteredState.Finished);
            if (waiting.Count > 0)
                yield return waiting;
        }
        progress.OnListed(scan.Waiting);
        await FinishListingAsync(ledger, added, cancellation).ConfigureAwait(false);
    }

    /// <summary>Publishes the messages of new videos, and resumes those that an earlier run began.</summary>
    private async Task TakeUpAsync(
        IReadOnlyList<RegisteredVideo> waiting, EmbeddedLedger ledger, IStageBus bus, Suspects suspects, CancellationToken cancellation)
    {
        foreach (var video in waiting)
            _outstanding.Add(video.VideoId);
        foreach (var video in waiting.Where(video => video.State is RegisteredState.Due))
            await bus.PublishAsync(new VideoFound(VideoFound.CurrentVersion, video.VideoId, video.StudyDay, video.Generation), cancellation).ConfigureAwait(false);
        var begun = waiting.Where(video => video.State is RegisteredState.Begun).ToList();
        if (begun.Count == 0)
            return;
        var resumed = await new Resumption(ledger.Pending, ledger.Stages.Videos, ledger.Stages.Settlement).ResumeAsync(begun, cancellation).ConfigureAwait(false);
        foreach (var message in resumed.Messages)
            await bus.PublishAsync(message, cancellation).ConfigureAwait(false);
        suspects.Add(resumed.Suspects);
    }

    private async Task FinishListingAsync(EmbeddedLedger ledger, List<RegisteredVideo> added, CancellationToken cancellation)
    {
        if (added.Count == 0)
            return;
        await ledger.Register.SupersedeAsync([.. _present.Values], cancellation).ConfigureAwait(false);
        foreach (var studies in added.Select(video => video.StudyId).Distinct().Chunk(500))
        {
            await ledger.Stages.Studies.ListedAsync(studies, clock.GetUtcNow().UtcDateTime, cancellation).ConfigureAwait(false);
            foreach (var study in await ledger.Stages.Studies.OpenAsync(studies, cancellation).ConfigureAwait(false))
                await ledger.Stages.Completion.CompleteStudyAsync(study, cancellation).ConfigureAwait(false);
        }
    }

    private async Task ReportAsync(EmbeddedLedger ledger)
    {
        await foreach (var (video, generation) in _finished.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                foreach (var result in await ledger.Stages.Results.VideosAsync(new Dictionary<Guid, int> { [video] = generation }, CancellationToken.None).ConfigureAwait(false))
                    Tell(result, cached: false);
                _outstanding.Remove(video);
            }
            catch (DbException failure)
            {
                _fault.Break(failure);
                return;
            }
        }
    }

    private void Tell(VideoResult video, bool cached)
    {
        lock (_telling)
        {
            _generations[video.VideoId] = video.Generation;
            _videos.Add((video, cached));
            progress.OnFinished(video, cached);
            onVideo(video, cached);
        }
    }
}
