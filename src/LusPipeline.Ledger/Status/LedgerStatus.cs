namespace LusPipeline.Ledger.Status;

/// <summary>Where the work on a ledger of workers stands.</summary>
/// <param name="At">By the database's clock.</param>
/// <param name="Stages">ingest (whose unit is the video), features, sequence (whose unit is the clip).</param>
/// <param name="OpenStudies">Exact.</param>
/// <param name="CompleteStudies">done, failed or cancelled; as exact as <paramref name="Exact"/> says.</param>
/// <param name="Exact">
/// Whether what is done was counted. In a large ledger it is PostgreSQL's running estimate of the rows less what is not done, which is
/// counted always: off by what changed since the table was last analyzed, at most a few per cent.
/// </param>
/// <param name="ClipsPerMinute">Predicted in the last <see cref="StatusReader.RateOver"/>.</param>
/// <param name="Remaining">Until all that is known now is done at that rate; null when nothing waits or nothing moves.</param>
public sealed record LedgerStatus(
    DateTime At, IReadOnlyList<StageStatus> Stages, long OpenStudies, long CompleteStudies, bool Exact,
    double ClipsPerMinute, TimeSpan? Remaining, IReadOnlyList<WorkerStatus> Workers);

/// <summary>One stage.</summary>
/// <param name="Waiting">For a message or a worker.</param>
/// <param name="Running">Started by a worker.</param>
/// <param name="Done">That went on to the next stage or are finished.</param>
/// <param name="Failures">Rejected, failed and cancelled at this stage, by reason code.</param>
public sealed record StageStatus(string Stage, long Waiting, long Running, long Done, IReadOnlyDictionary<string, long> Failures)
{
    public long Failed => Failures.Values.Sum();
}

/// <summary>A worker that has not left.</summary>
/// <param name="Stages">Comma-separated.</param>
/// <param name="Provider">cpu or cuda; empty for a worker without a model.</param>
/// <param name="Alive">Its last heartbeat is younger than the lease.</param>
public sealed record WorkerStatus(
    Guid WorkerId, string Stages, string Host, int ProcessId, string Version, string Provider, DateTime StartedAt, TimeSpan Silent, bool Alive);
