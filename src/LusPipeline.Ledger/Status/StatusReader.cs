using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Status;

/// <summary>Reads the state of the work from a PostgreSQL ledger. Small indexes find unfinished work, however much is finished.</summary>
/// <param name="lease">Age of a worker's last heartbeat at which it counts as dead.</param>
/// <param name="countedUpTo">The largest number of rows of a table that is counted. Larger tables are estimated.</param>
public sealed class StatusReader(Func<LedgerContext> open, TimeSpan lease, long countedUpTo = 200_000)
{
    /// <summary>The period over which a rate is measured.</summary>
    public static readonly TimeSpan RateOver = TimeSpan.FromMinutes(5);

    public async Task<LedgerStatus> ReadAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        await ledger.Database.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        var backlog = (await ledger.Database.SqlQuery<Backlog>($"SELECT stage, waiting, running FROM stage_backlog")
            .ToListAsync(cancellation).ConfigureAwait(false)).ToDictionary(stage => stage.Stage);
        var failures = (await ledger.Database.SqlQuery<Failure>($"""
            SELECT 'ingest' AS stage, coalesce(reason, status) AS reason, count(*) AS count FROM videos
            WHERE status IN ('rejected', 'failed', 'cancelled') AND NOT superseded AND clips IS NULL GROUP BY 2
            UNION ALL
            SELECT CASE WHEN features_key IS NULL THEN 'features' ELSE 'sequence' END, coalesce(reason, status), count(*) FROM clips
            WHERE status IN ('failed', 'cancelled') GROUP BY 1, 2
            """).ToListAsync(cancellation).ConfigureAwait(false)).ToLookup(failure => failure.Stage);
        var totals = await TotalsAsync(ledger, cancellation).ConfigureAwait(false);
        var now = (await ledger.Database.SqlQuery<Moment>($"""
            SELECT clock_timestamp() AS at,
                   (SELECT count(*) FROM predictions
                    WHERE predicted_at > clock_timestamp() - {RateOver}
                      AND date_bin('1 minute', predicted_at, TIMESTAMPTZ '2000-01-01 00:00:00+00') >= date_bin('1 minute', now() - {RateOver}, TIMESTAMPTZ '2000-01-01 00:00:00+00')) AS clips
            """).ToListAsync(cancellation).ConfigureAwait(false)).Single();
        var workers = await ledger.Database.SqlQuery<Heartbeat>($"""
            SELECT worker_id, stages, host, process_id, version, provider, started_at, silent_seconds::float8 FROM worker_heartbeats ORDER BY host, process_id
            """).ToListAsync(cancellation).ConfigureAwait(false);

        StageStatus StatusOf(Stage stage, long all) => new(
            stage.Name(), backlog[stage.Name()].Waiting, backlog[stage.Name()].Running,
            Math.Max(0, all - backlog[stage.Name()].Waiting - backlog[stage.Name()].Running - failures[stage.Name()].Sum(failure => failure.Count)),
            failures[stage.Name()].ToDictionary(failure => failure.Reason, failure => failure.Count));
        var ingest = StatusOf(Stage.Ingest, totals.Videos);
        var features = StatusOf(Stage.Features, totals.Clips);
        var sequence = StatusOf(Stage.Sequence, totals.Clips - features.Waiting - features.Running - features.Failed);
        var rate = now.Clips / RateOver.TotalMinutes;
        var clipsPerVideo = ingest.Done == 0 ? 1 : Math.Max(1, (double)totals.Clips / ingest.Done);
        var remaining = ((ingest.Waiting + ingest.Running) * clipsPerVideo) + features.Waiting + features.Running + sequence.Waiting + sequence.Running;
        return new(
            now.At, [ingest, features, sequence], totals.OpenStudies, Math.Max(0, totals.Studies - totals.OpenStudies), totals.Exact, rate,
            remaining == 0 || rate == 0 ? null : TimeSpan.FromMinutes(remaining / rate),
            [.. workers.Select(worker => new WorkerStatus(
                worker.WorkerId, worker.Stages, worker.Host, worker.ProcessId, worker.Version, worker.Provider, worker.StartedAt,
                TimeSpan.FromSeconds(worker.SilentSeconds), worker.SilentSeconds < lease.TotalSeconds))]);
    }

    private async Task<Totals> TotalsAsync(LedgerContext ledger, CancellationToken cancellation)
    {
        var estimates = (await LedgerTables.ReadAsync(ledger, cancellation).ConfigureAwait(false)).ToDictionary(table => table.Name, table => table.Rows);
        var open = await ledger.Studies.LongCountAsync(study => study.Status == WorkStatus.Open, cancellation).ConfigureAwait(false);
        return estimates.Values.Max() > countedUpTo
            ? new(false, estimates["studies"], open, estimates["videos"], estimates["clips"])
            : new(
                true, await ledger.Studies.LongCountAsync(cancellation).ConfigureAwait(false), open,
                await ledger.Videos.LongCountAsync(video => !video.Superseded, cancellation).ConfigureAwait(false),
                await ledger.Clips.LongCountAsync(clip => clip.Status != WorkStatus.Found, cancellation).ConfigureAwait(false));
    }

    private sealed record Backlog(string Stage, long Waiting, long Running);

    private sealed record Failure(string Stage, string Reason, long Count);

    private sealed record Moment(DateTime At, long Clips);

    private sealed record Heartbeat(
        Guid WorkerId, string Stages, string Host, int ProcessId, string Version, string Provider, DateTime StartedAt, double SilentSeconds);

    private sealed record Totals(bool Exact, long Studies, long OpenStudies, long Videos, long Clips);
}
