using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace LusPipeline.Core.Telemetry;

/// <summary>
/// The metrics of the pipeline. Their labels are few, are named <c>lus.…</c> and contain no file names: stage (see
/// <see cref="Stages.StageNames"/>), outcome, reason code, model.
/// </summary>
public static class StageMetrics
{
    public const string SourceName = "LusPipeline";

    private static readonly Meter Meter = new(SourceName);

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200],
    };

    private static readonly Counter<long> Clips = Meter.CreateCounter<long>("lus.clips", "{clip}", "Clips that a stage finished.");
    private static readonly Counter<long> Frames = Meter.CreateCounter<long>("lus.frames", "{frame}", "Frames that ingest decoded or features went through.");
    private static readonly Counter<long> Videos = Meter.CreateCounter<long>("lus.videos", "{video}", "Videos that became final.");
    private static readonly Histogram<int> Batch = Meter.CreateHistogram("lus.batch.size", "{frame}", "Frames that went through the backbone together.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 12, 16, 20, 32, 64, 128, 256] });
    private static readonly Histogram<double> Wait = Meter.CreateHistogram("lus.queue.wait", "s", "From the publishing of a message to its start.", advice: Seconds);
    private static readonly Histogram<double> Attempt = Meter.CreateHistogram("lus.stage.duration", "s", "One attempt at a video or clip.", advice: Seconds);
    private static readonly Histogram<double> Decode = Meter.CreateHistogram("lus.decode.duration", "s", "One run of ffmpeg.", advice: Seconds);
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("lus.failures", "{attempt}", "Attempts that did not succeed.");
    private static readonly Counter<long> DroppedSpans = Meter.CreateCounter<long>("lus.spans.dropped", "{span}", "Spans that did not get into the ledger.");
    private static readonly Counter<long> Notifications = Meter.CreateCounter<long>("lus.notifications", "{notification}", "What became of an S3 server's notifications.");
    private static readonly Counter<long> ArchiveRequests = Meter.CreateCounter<long>("lus.archive.requests", "{request}", "Requests to a DICOM archive.");
    private static readonly UpDownCounter<int> InFlight = Meter.CreateUpDownCounter<int>("lus.clips.in_flight", "{clip}", "Clips that this process cut or is cutting and that wait for features.");
    private static readonly ConcurrentDictionary<OpenModel, int> Models = new();

    private static string? _sandbox;
    private static (TimeProvider Clock, long At)? _heartbeat;

    static StageMetrics()
    {
        Meter.CreateObservableGauge("lus.model.info", () => Models.Keys.Select(model => model.Measurement), "{model}", "Open models and where they run; always 1.");
        Meter.CreateObservableGauge<double>("lus.heartbeat.age", HeartbeatAge, "s", "Since this worker's last heartbeat was written to the ledger.");
        Meter.CreateObservableGauge<int>("lus.sandbox.info", Sandbox, "{level}", "The level of the sandbox of ffmpeg and ffprobe; always 1.");
    }

    public static void ClipsFinished(string stage, int clips) => Clips.Add(clips, Stage(stage));

    public static void FramesFinished(string stage, int frames) => Frames.Add(frames, Stage(stage));

    /// <param name="status">One of <see cref="Outcomes.WorkStatus"/>.</param>
    public static void VideoFinished(string status) => Videos.Add(1, new KeyValuePair<string, object?>("lus.status", status));

    public static void BatchFinished(int frames) => Batch.Record(frames);

    /// <param name="wait">Difference between the clocks of two machines. A negative value counts as zero.</param>
    public static void Waited(string stage, TimeSpan wait) => Wait.Record(Math.Max(0, wait.TotalSeconds), Stage(stage));

    public static void Decoded(TimeSpan duration) => Decode.Record(duration.TotalSeconds);

    public static void SpansDropped(int spans) => DroppedSpans.Add(spans);

    /// <param name="outcome"><c>found</c>, <c>known</c> to the last listing, <c>absent</c> from the watched prefixes, <c>other</c> (of no upload here), or <c>unreadable</c>.</param>
    public static void Notified(string outcome, int objects = 1) => Notifications.Add(objects, new KeyValuePair<string, object?>("lus.outcome", outcome));

    /// <param name="outcome"><c>answered</c>, <c>refused</c> (our credentials, or its address), or <c>outage</c>: no answer, a broken one, or one that says so.</param>
    public static void ArchiveAsked(string outcome) => ArchiveRequests.Add(1, new KeyValuePair<string, object?>("lus.outcome", outcome));

    /// <param name="clips">The change of the number of clips in flight; negative for clips that leave.</param>
    public static void ClipsInFlight(int clips) => InFlight.Add(clips);

    /// <summary>Says that a heartbeat was written just now.</summary>
    public static void HeartbeatWritten(TimeProvider clock) => _heartbeat = (clock, clock.GetTimestamp());

    /// <summary>Says that no more heartbeats follow, because the worker stops.</summary>
    public static void HeartbeatsEnded() => _heartbeat = null;

    /// <param name="level"><c>full</c>, <c>calls</c> (the network only) or <c>none</c>.</param>
    public static void SandboxUsed(string level) => _sandbox = level;

    /// <returns>Dispose it together with the model.</returns>
    public static IDisposable ModelOpened(string provider, string variant, string bundleId) => new OpenModel(provider, variant, bundleId);

    internal static void Attempted(string stage, string outcome, string? reason, TimeSpan duration)
    {
        Attempt.Record(duration.TotalSeconds, Stage(stage), new("lus.outcome", outcome));
        if (reason is not null)
            Failed(stage, outcome, reason);
    }

    /// <param name="reason">One of <see cref="Outcomes.ReasonCode"/>.</param>
    public static void Failed(string stage, string outcome, string reason) => Failures.Add(1, Stage(stage), new("lus.outcome", outcome), new("lus.reason", reason));

    private static IEnumerable<Measurement<double>> HeartbeatAge() => _heartbeat is { } last ? [new(last.Clock.GetElapsedTime(last.At).TotalSeconds)] : [];

    private static IEnumerable<Measurement<int>> Sandbox() => _sandbox is { } level ? [new(1, new KeyValuePair<string, object?>("lus.level", level))] : [];

    private static KeyValuePair<string, object?> Stage(string stage) => new("lus.stage", stage);

    private sealed class OpenModel : IDisposable
    {
        public OpenModel(string provider, string variant, string bundleId)
        {
            Measurement = new(1, new("lus.provider", provider), new("lus.variant", variant), new("lus.bundle", bundleId[..Math.Min(12, bundleId.Length)]));
            Models[this] = 1;
        }

        public Measurement<int> Measurement { get; }

        public void Dispose() => Models.TryRemove(this, out _);
    }
}
