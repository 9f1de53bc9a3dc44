using System.Diagnostics;
using System.Threading.Channels;
using LusPipeline.Core.Telemetry;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Rows;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>
/// Writes the spans of studies into the ledger, in batches and in the background, so that traces can be shown without another server. It
/// never delays a stage: spans that find the queue full, or that cannot be written in time, are dropped and counted.
/// </summary>
internal sealed partial class LedgerSpanProcessor : BaseProcessor<Activity>
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly TelemetryOptions _options;
    private readonly SpanWriter _writer;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Channel<Activity> _queue;
    private readonly SemaphoreSlim _hurry = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly Task _writing;
    private TaskCompletionSource _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _taken;
    private long _settled;

    public LedgerSpanProcessor(Func<LedgerContext> ledger, TelemetryOptions options, TimeProvider clock, ILogger log)
    {
        (_options, _clock, _log, _writer) = (options, clock, log, new(ledger));
        _queue = Channel.CreateBounded<Activity>(
            new BoundedChannelOptions(options.SpanQueue) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true },
            _ => Settle(1, dropped: true));
        _writing = Task.Run(WriteAllAsync);
    }

    public override void OnEnd(Activity data)
    {
        if (!data.Recorded)
            return;
        Interlocked.Increment(ref _taken);
        if (!_queue.Writer.TryWrite(data))
            Settle(1, dropped: true);
        else if (data.ParentSpanId == default || _queue.Reader.Count >= _options.SpanBatch)
            Hurry();
    }

    protected override bool OnForceFlush(int timeoutMilliseconds)
    {
        var taken = Interlocked.Read(ref _taken);
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var progress = Volatile.Read(ref _progress).Task;
            if (Interlocked.Read(ref _settled) >= taken)
                return true;
            Hurry();
            if (!progress.Wait(Left(timeoutMilliseconds, begun)))
                return false;
        }
    }

    /// <summary>Tries each waiting batch once. When the time is over, the rest is dropped.</summary>
    protected override bool OnShutdown(int timeoutMilliseconds)
    {
        var begun = Stopwatch.GetTimestamp();
        _queue.Writer.TryComplete();
        _stopping.Cancel();
        if (_writing.Wait(Left(timeoutMilliseconds, begun)))
            return true;
        _givingUp.Cancel();
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _writing.IsCompleted)
        {
            _hurry.Dispose();
            _stopping.Dispose();
            _givingUp.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task WriteAllAsync()
    {
        using var suppressed = SuppressInstrumentationScope.Begin();
        var batch = new List<SpanRow>(_options.SpanBatch);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            await GatherAsync().ConfigureAwait(false);
            do
            {
                batch.Clear();
                var taken = 0;
                for (; taken < _options.SpanBatch && _queue.Reader.TryRead(out var activity); taken++)
                {
                    if (LedgerSpans.Row(activity) is { } row)
                        batch.Add(row);
                }
                if (batch.Count > 0)
                    await WriteAsync(batch).ConfigureAwait(false);
                Settle(taken, dropped: false);
            }
            while (_queue.Reader.Count >= _options.SpanBatch);
        }
    }

    private async Task GatherAsync()
    {
        try
        {
            await _hurry.WaitAsync(_options.SpanDelay, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The process stops, so the batch is written at once.
        }
    }

    private async Task WriteAsync(List<SpanRow> batch)
    {
        var begun = _clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await _writer.WriteAsync(batch, _givingUp.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception away) when (LedgerOutage.Is(away) && !_stopping.IsCancellationRequested && _clock.GetElapsedTime(begun) + pause < _options.SpanRetry)
            {
                await Task.Delay(pause, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception failure)
            {
                // Spans may be lost, results may not. Whatever else uses the ledger reports what is wrong with it.
                StageMetrics.SpansDropped(batch.Count);
                LogDropped(_log, batch.Count, FaultText.Summary(failure));
                return;
            }
        }
    }

    private void Settle(int spans, bool dropped)
    {
        if (dropped)
            StageMetrics.SpansDropped(spans);
        Interlocked.Add(ref _settled, spans);
        Interlocked.Exchange(ref _progress, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private void Hurry()
    {
        if (_hurry.CurrentCount == 0)
            _hurry.Release();
    }

    private static int Left(int timeoutMilliseconds, long begun) => timeoutMilliseconds == Timeout.Infinite
        ? Timeout.Infinite
        : (int)Math.Max(0, timeoutMilliseconds - Stopwatch.GetElapsedTime(begun).TotalMilliseconds);

    [LoggerMessage(LogLevel.Warning, "{Spans} spans could not be written to the ledger: {Fault}")]
    private static partial void LogDropped(ILogger logger, int spans, string fault);
}
