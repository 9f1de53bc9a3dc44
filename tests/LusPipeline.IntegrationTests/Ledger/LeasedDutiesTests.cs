using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Registers;

namespace LusPipeline.IntegrationTests.Ledger;

public sealed class LeasedDutiesTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_duty_stays_with_who_renews_it_and_goes_over_when_its_lease_ends(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var (first, second) = (await shared.JoinAsync(), await shared.JoinAsync());
        for (var renewal = 0; renewal < 3; renewal++)
        {
            Assert.True(await first.Duties.TakeAsync(LeasedDuties.Sweep, Cancellation));
            shared.Clock.Move(14.9);
            Assert.False(await second.Duties.TakeAsync(LeasedDuties.Sweep, Cancellation));
        }
        Assert.True(await second.Duties.TakeAsync(LeasedDuties.Watch("a/"), Cancellation));

        shared.Clock.Move(0.1);
        Assert.True(await second.Duties.TakeAsync(LeasedDuties.Sweep, Cancellation));
        Assert.False(await first.Duties.TakeAsync(LeasedDuties.Sweep, Cancellation));
    }

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task Of_many_that_want_a_duty_one_gets_it(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var workers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => shared.JoinAsync()));
        for (var round = 0; round < 5; round++)
        {
            Assert.Single(await Task.WhenAll(workers.Select(worker => worker.Duties.TakeAsync(LeasedDuties.Sweep, Cancellation))), taken => taken);
            shared.Clock.Move(15);
        }
    }
}
