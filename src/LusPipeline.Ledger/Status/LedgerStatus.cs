namespace LusPipeline.Ledger.Status;

/// <summary>How far the work in a workers' ledger has got.</summary>
/// <param name="At">Time of the reading, by the database's clock, UTC.</param>
/// <param name="Stages">ingest, which counts videos, and features and sequence, which count clips.</param>
/// <param name="OpenStudies">The number of open studies; always exact.</param>
/// <param name="CompleteStudies">
/// The number of studies that are done, failed or cancelled. <paramref name="Exact"/> says whether it was counted.
/// </param>
/// <param name="Exact">
/// Whether finished work was counted. In a large ledger it is PostgreSQL's estimate of all rows less the unfinished ones, which are always
/// counted. The estimate is off by what changed since the table was last analysed, at most a few per cent.
/// </param>
/// <param name="ClipsPerMinute">Clips predicted per minute, over the last <see cref="StatusReader.RateOver"/>.</param>
/// <param name="Remaining">Time until all known work is done at that rate. Null if nothing waits, or if nothing was predicted.</param>
public sealed record LedgerStatus(
    DateTime At, IReadOnlyList<StageStatus> Stages, long OpenStudies, long CompleteStudies, bool Exact,
    double ClipsPerMinute, TimeSpan? Remaining, IReadOnlyList<WorkerStatus> Workers);

/// <summary>The state of one stage.</summary>
/// <param name="Waiting">Videos or clips that wait for a message or a worker.</param>
/// <param name="Running">Videos or clips that a worker has started.</param>
/// <param name="Done">Videos or clips that went on to the next stage or are finished.</param>
/// <param name="Failures">The number of videos or clips that were rejected, failed or cancelled at this stage, by reason code.</param>
public sealed record StageStatus(string Stage, long Waiting, long Running, long Done, IReadOnlyDictionary<string, long> Failures)
{
    public long Failed => Failures.Values.Sum();
}

/// <summary>A worker that is registered.</summary>
/// <param name="Stages">Comma-separated names of its stages.</param>
/// <param name="Provider">cpu or cuda; empty for a worker without a model.</param>
/// <param name="Alive">Whether its last heartbeat is younger than the lease.</param>
public sealed record WorkerStatus(
    Guid WorkerId, string Stages, string Host, int ProcessId, string Version, string Provider, DateTime StartedAt, TimeSpan Silent, bool Alive);
