using System.Diagnostics;
using System.Threading.Channels;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Ingest;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.Storage.Buckets;
using LusPipeline.Storage.Ledger;
using LusPipeline.Storage.Results;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Embedded;

/// <summary><c>lus run</c>: lists the paths, does what the ledger does not have, and reports how everything under them stands.</summary>
public sealed class EmbeddedRun(RunRequest request, RunProgress progress, TimeProvider clock, Action<ILoggingBuilder> logging)
{
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(500);

    private readonly Outstanding _outstanding = new();
    private readonly Channel<(Guid Video, int Generation)> _finished = Channel.CreateUnbounded<(Guid, int)>();
    private readonly List<(VideoResult Video, bool Cached)> _videos = [];
    private readonly Dictionary<Guid, int> _shown = [];
    private readonly HashSet<Guid> _studies = [];
    private readonly StageEvents _events = new();

    /// <param name="onVideo">Told of every finished video in the order of completion, and whether an earlier run had finished it.</param>
    /// <param name="stopping">Stops at the next safe moment; the next run goes on from there.</param>
    /// <exception cref="HomeException">The home folder is in use or cannot be written.</exception>
    /// <exception cref="BundleException">The model cannot be used.</exception>
    /// <exception cref="BrokenEngineException">The work cannot go on: no disk, no memory, no ffmpeg.</exception>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    public async Task<RunReport> RunAsync(Action<VideoResult, bool> onVideo, CancellationToken stopping)
    {
        var watch = Stopwatch.StartNew();
        using var home = HomeFolder.Open(request.Home);
        var loading = Task.Run(() => Load(request), CancellationToken.None);
        var ledger = await EmbeddedLedger.OpenAsync(home, request, _events, clock, CancellationToken.None).ConfigureAwait(false);
        var model = await loading.ConfigureAwait(false);
        await ledger.Bundles.RegisterAsync(model.Bundle.Id, model.Bundle.Name, model.Bundle.Version, model.Bundle.Threshold, CancellationToken.None).ConfigureAwait(false);

        var bucket = new VideoFolder(request.Bucket, request.Paths, home.Path, ledger.Hashes.Cache);
        var work = new WorkFolder(home.Objects);
        work.DeleteUnfinished();
        var scratch = new ScratchFolder(home.Scratch);
        progress.Follow(_events);
        _events.VideoFinished += (video, generation) => _finished.Writer.TryWrite((video, generation));

        using var telemetry = StudyTelemetry.Start(ledger.Open);
        var engine = new Lazy<Task<Engine>>(() => Task.Run(() => Engine.StartAsync(
            request, model, ledger, bucket, work, scratch, _events, clock, logging, CancellationToken.None)));
        var skipped = 0;
        var interrupted = false;
        try
        {
            var scan = new FolderScan(bucket, new Settling(clock, Settling.DefaultAge), request.Limits, scratch);
            var reporting = ReportAsync(ledger, onVideo);
            try
            {
                await WorkAsync(scan, ledger, model, engine, onVideo, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                interrupted = true;
            }
            skipped = scan.Skipped;
            if (engine.IsValueCreated)
                await (await engine.Value.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            _finished.Writer.TryComplete();
            await reporting.ConfigureAwait(false);
        }
        catch
        {
            if (engine is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
                await engine.Value.Result.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        var studies = await ledger.Results.StudiesAsync(_studies, _shown, CancellationToken.None).ConfigureAwait(false);
        return new RunReport(_videos, studies, _outstanding.Count, skipped, watch.Elapsed, home.Path, interrupted);
    }

    private static LoadedModel Load(RunRequest request)
    {
        var bundle = Bundle.Load(request.Model);
        return new LoadedModel(bundle, VariantChoice.For(bundle, request.Variant, request.Inference));
    }

    private async Task WorkAsync(
        FolderScan scan, EmbeddedLedger ledger, LoadedModel model, Lazy<Task<Engine>> engine, Action<VideoResult, bool> onVideo, CancellationToken stopping)
    {
        var plan = request.Window is { } window
            ? ClipPlan.Windows(model.Bundle.Frames, window, request.Stride)
            : ClipPlan.Whole(model.Bundle.Frames);
        var target = new VideoTarget(plan, model.Bundle.Id, model.Variant);
        using var sweeping = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task? sweep = null;
        var suspects = new List<PendingMessage>();
        var present = new Dictionary<Guid, RegisteredVideo>();
        var again = false;
        do
        {
            if (again)
                await Task.Delay(scan.Waiting > 0 ? SettleInterval : request.WatchInterval, clock, stopping).ConfigureAwait(false);
            var added = new List<RegisteredVideo>();
            await foreach (var chunk in scan.ListAsync(stopping).ConfigureAwait(false))
            {
                var unseen = chunk.Where(video => !present.ContainsKey(video.VideoId)).ToList();
                if (unseen.Count == 0)
                    continue;
                var registered = await ledger.Register.RegisterAsync(unseen, target, request.Limits, request.Force, stopping).ConfigureAwait(false);
                await ledger.Hashes.SaveAsync(stopping).ConfigureAwait(false);
                foreach (var video in registered)
                    present[video.VideoId] = video;
                added.AddRange(registered);
                progress.OnRegistered(registered.Count, scan.Waiting);
                suspects.AddRange(await TakeUpAsync(registered, ledger, engine, onVideo, stopping).ConfigureAwait(false));
                if (engine.IsValueCreated && sweep is null)
                    sweep = new RetrySweep(ledger.Pending, (await engine.Value.ConfigureAwait(false)).Publisher, clock).RunAsync(sweeping.Token);
            }
            await FinishListingAsync(ledger, added, [.. present.Values], stopping).ConfigureAwait(false);
            again = true;
        }
        while (request.Watch || scan.Waiting > 0);

        if (engine.IsValueCreated)
        {
            var started = await engine.Value.ConfigureAwait(false);
            await OrBrokenAsync(DrainAsync(suspects, started, stopping), started, sweep!).ConfigureAwait(false);
            await sweeping.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Publishes what is due, and tells of what earlier runs finished. Returns what must wait for the end.</summary>
    private async Task<IReadOnlyList<PendingMessage>> TakeUpAsync(
        IReadOnlyList<RegisteredVideo> registered, EmbeddedLedger ledger, Lazy<Task<Engine>> engine,
        Action<VideoResult, bool> onVideo, CancellationToken stopping)
    {
        foreach (var video in registered)
            _studies.Add(video.StudyId);
        var due = registered.Where(video => video.State is RegisteredState.Due).ToList();
        var begun = registered.Where(video => video.State is RegisteredState.Begun).ToList();
        var settled = registered.Where(video => video.State is RegisteredState.Finished or RegisteredState.RejectedNow).ToList();
        if (due.Count + begun.Count > 0)
            _ = engine.Value;
        foreach (var result in await ledger.Results.VideosAsync(settled.ToDictionary(video => video.VideoId, video => video.Generation), stopping).ConfigureAwait(false))
        {
            var cached = settled.First(video => video.VideoId == result.VideoId).State is RegisteredState.Finished;
            Tell(result, cached, onVideo);
        }
        if (due.Count + begun.Count == 0)
            return [];

        foreach (var video in due.Concat(begun))
        {
            _outstanding.Add(video.VideoId);
            _shown[video.VideoId] = video.Generation;
        }
        var started = await engine.Value.ConfigureAwait(false);
        foreach (var video in due)
            await started.Publisher.PublishAsync(new VideoFound(VideoFound.CurrentVersion, video.VideoId, video.StudyDay, video.Generation), stopping).ConfigureAwait(false);
        if (begun.Count == 0)
            return [];
        var (messages, suspects) = await new Resumption(ledger.Open, ledger.Pending, ledger.Videos, ledger.Completion).ResumeAsync(begun, stopping).ConfigureAwait(false);
        foreach (var message in messages)
            await started.Publisher.PublishAsync(message, stopping).ConfigureAwait(false);
        return suspects;
    }

    private static async Task FinishListingAsync(
        EmbeddedLedger ledger, List<RegisteredVideo> added, List<RegisteredVideo> present, CancellationToken stopping)
    {
        if (added.Count == 0)
            return;
        await ledger.Register.SupersedeAsync(present, stopping).ConfigureAwait(false);
        foreach (var studies in added.Select(video => video.StudyId).Distinct().Chunk(500))
        {
            await ledger.Studies.ListedAsync(studies, DateTime.UtcNow, stopping).ConfigureAwait(false);
            foreach (var study in await ledger.Studies.OpenAsync(studies, stopping).ConfigureAwait(false))
                await ledger.Completion.CompleteStudyAsync(study, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for everything, then runs the suspects one at a time.</summary>
    private async Task DrainAsync(List<PendingMessage> suspects, Engine engine, CancellationToken stopping)
    {
        var suspected = suspects.Select(suspect => suspect.VideoId).ToHashSet();
        await _outstanding.AllFinishedAsync(suspected).WaitAsync(stopping).ConfigureAwait(false);
        foreach (var suspect in suspects)
        {
            await engine.Publisher.PublishAsync(suspect.Message, stopping).ConfigureAwait(false);
            if (suspects.Last(other => other.VideoId == suspect.VideoId) == suspect)
                await _outstanding.FinishedAsync(suspect.VideoId).WaitAsync(stopping).ConfigureAwait(false);
        }
    }

    private static async Task OrBrokenAsync(Task work, Engine engine, Task sweep)
    {
        var first = await Task.WhenAny(work, engine.Fault.Broken, sweep).ConfigureAwait(false);
        if (first == engine.Fault.Broken)
            throw await engine.Fault.Broken.ConfigureAwait(false);
        await first.ConfigureAwait(false);
    }

    private async Task ReportAsync(EmbeddedLedger ledger, Action<VideoResult, bool> onVideo)
    {
        await foreach (var (video, generation) in _finished.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (await ledger.Results.VideoAsync(video, generation, CancellationToken.None).ConfigureAwait(false) is { } result)
                Tell(result, cached: false, onVideo);
            _outstanding.Remove(video);
        }
    }

    private void Tell(VideoResult video, bool cached, Action<VideoResult, bool> onVideo)
    {
        lock (_videos)
        {
            _shown[video.VideoId] = video.Generation;
            _videos.Add((video, cached));
            progress.OnFinished(video);
            onVideo(video, cached);
        }
    }
}
