namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>Stands still until it is moved.</summary>
internal sealed class MovedClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public DateTime Now => _now.UtcDateTime;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Move(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
