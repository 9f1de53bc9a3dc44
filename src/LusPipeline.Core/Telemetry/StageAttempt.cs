using System.Diagnostics;

namespace LusPipeline.Core.Telemetry;

/// <summary>
/// Measures one attempt of a stage at a video or clip. An attempt whose end is not reported before this is disposed counts as interrupted.
/// </summary>
public sealed class StageAttempt(string stage) : IDisposable
{
    public const string Done = "done";
    public const string Rejected = "rejected";
    public const string Retried = "retried";
    public const string SteppedBack = "stepped_back";
    public const string Failed = "failed";
    public const string Interrupted = "interrupted";

    private readonly long _begun = Stopwatch.GetTimestamp();
    private string _outcome = Interrupted;
    private string? _reason;

    /// <param name="outcome">One of the constants here.</param>
    /// <param name="reason">A reason code, if the attempt did not succeed.</param>
    public void Ended(string outcome, string? reason = null) => (_outcome, _reason) = (outcome, reason);

    public void Dispose() => StageMetrics.Attempted(stage, _outcome, _reason, Stopwatch.GetElapsedTime(_begun));
}
