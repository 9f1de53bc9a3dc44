namespace LusPipeline.Ledger.Moves;

/// <summary>Says why a start was refused of work that still waits at its stage.</summary>
internal static class StartDecision
{
    /// <param name="live">The worker that the row names has a heartbeat within its lease.</param>
    /// <param name="starts">Starts without an end.</param>
    /// <param name="alone">No other attempt of the stage runs in this process.</param>
    /// <param name="maxStarts">See <see cref="AttemptOptions.MaxStarts"/>.</param>
    /// <returns>Busy also where the work became free after the start was refused: its message comes again.</returns>
    public static StartOutcome WhyRefused(bool live, int starts, bool alone, int maxStarts) =>
        live ? StartOutcome.Busy
        : starts >= maxStarts ? StartOutcome.Crashed
        : starts > 0 && !alone ? StartOutcome.Suspect
        : StartOutcome.Busy;
}
