namespace LusPipeline.Ledger.Moves;

/// <summary>Decides why a start was refused although the work still waits at its stage.</summary>
internal static class StartDecision
{
    /// <param name="live">Whether the worker that the row names has a heartbeat within its lease.</param>
    /// <param name="starts">Starts that did not end.</param>
    /// <param name="alone">Whether no other attempt of the stage runs in this process.</param>
    /// <param name="maxStarts">See <see cref="AttemptOptions.MaxStarts"/>.</param>
    /// <returns>The reason. Busy is also returned if the work became free after the start was refused: its message is delivered again.</returns>
    public static StartOutcome WhyRefused(bool live, int starts, bool alone, int maxStarts) =>
        live ? StartOutcome.Busy
        : starts >= maxStarts ? StartOutcome.Crashed
        : starts > 0 && !alone ? StartOutcome.Suspect
        : StartOutcome.Busy;
}
