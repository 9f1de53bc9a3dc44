using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>What a clip costs the database, from its video's start to its study's end.</summary>
public sealed class RoundTripsTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_study_of_one_clip_takes_at_most_twelve_and_each_further_clip_at_most_seven()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var worker = await shared.JoinAsync();

        var one = await CountAsync(shared, worker, "p1/a.mp4", 1);
        var four = await CountAsync(shared, worker, "p2/a.mp4", 4);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', one));
        Assert.InRange(one.Count, 8, 12);
        Assert.InRange((four.Count - one.Count) / 3.0, 5, 7);
    }

    /// <summary>The calls that the handlers make.</summary>
    private static async Task<IReadOnlyList<string>> CountAsync(SharedLedger shared, LedgerWorker worker, string key, int clips)
    {
        var found = await shared.ArriveAsync(key, key);
        var study = (await shared.VideoAsync(found.VideoId)).StudyId;
        await worker.Studies.CloseAsync(study, Cancellation);
        shared.Statements.Clear();

        var cut = await worker.CutAsync(found, clips);
        await worker.Completion.CompleteVideoAsync(found.VideoId, study, 0, Cancellation);
        foreach (var clip in cut)
            await worker.PredictAsync(clip, study);

        Assert.Contains(study, shared.Completed);
        return shared.Statements.Seen;
    }
}
