using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>Texts that come from a video, by way of ffmpeg, on their way into the ledger.</summary>
public sealed class HostileTextTests(TestServers servers)
{
    private const string Hostile = "\0 \ud83e \u001b[31m";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LedgerKind.Postgres)]
    [InlineData(LedgerKind.Sqlite)]
    public async Task A_detail_that_no_database_takes_is_cleaned(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        var (rejected, failed) = (await shared.ArriveAsync("p1/a.mp4"), await shared.ArriveAsync("p1/b.mp4", "01"));

        Assert.True(await worker.Videos.RejectAsync(await worker.StartAsync(rejected), ReasonCode.Undecodable, Hostile, null, Cancellation));
        Assert.True(await worker.Videos.FailAsync(await worker.StartAsync(failed), ReasonCode.Crashed, Hostile, Cancellation));

        Assert.Equal("? ? ?[31m", (await shared.VideoAsync(rejected.VideoId)).Detail);
        Assert.Equal("? ? ?[31m", (await shared.VideoAsync(failed.VideoId)).Detail);
    }
}
