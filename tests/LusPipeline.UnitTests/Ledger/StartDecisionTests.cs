using LusPipeline.Ledger.Moves;

namespace LusPipeline.UnitTests.Ledger;

public sealed class StartDecisionTests
{
    [Theory]
    [InlineData(true, 0, true, StartOutcome.Busy)]
    [InlineData(true, 1, false, StartOutcome.Busy)]
    [InlineData(true, 3, true, StartOutcome.Busy)]
    [InlineData(false, 0, true, StartOutcome.Busy)]
    [InlineData(false, 0, false, StartOutcome.Busy)]
    [InlineData(false, 1, true, StartOutcome.Busy)]
    [InlineData(false, 1, false, StartOutcome.Suspect)]
    [InlineData(false, 2, false, StartOutcome.Suspect)]
    [InlineData(false, 3, false, StartOutcome.Crashed)]
    [InlineData(false, 3, true, StartOutcome.Crashed)]
    [InlineData(false, 4, true, StartOutcome.Crashed)]
    public void A_refused_start_has_its_reason(bool live, int starts, bool alone, StartOutcome expected) =>
        Assert.Equal(expected, StartDecision.WhyRefused(live, starts, alone, maxStarts: 3));
}
