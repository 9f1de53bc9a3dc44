using System.Net.Http.Json;
using System.Text.Json;
using Amazon.S3.Model;

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>What has to hold after every scenario, whatever was disturbed: nothing twice, nothing left over.</summary>
internal static class Tidiness
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Stops the workers in good order and looks everywhere.</summary>
    /// <param name="hasAllSpans">Whether the ledger knows all spans of its studies and no others: not when it has gone back to an earlier state.</param>
    public static async Task AssertTidyAsync(this Fleet fleet, bool hasAllSpans = true)
    {
        await EventuallyAsync(fleet, () => "no clip objects", async () => await CountAsync(fleet, "clips/") == 0);
        var left = "";
        await EventuallyAsync(fleet, () => $"empty queues; there are {left}", async () => (left = await MessagesAsync(fleet)).Length == 0);
        foreach (var worker in fleet.Workers)
        {
            var ended = await fleet.StopAsync(worker);
            Assert.True(ended.ExitCode == 0, ended.ToString());
        }
        Assert.Equal(0, await fleet.ScalarAsync($"""
            SELECT count(*) FROM workers
            WHERE heartbeat_at > now() - interval '2 seconds' AND process_id <> ALL (ARRAY[{string.Join(',', fleet.Killed)}]::int[])
            """));
        Assert.Empty(await fleet.RowsAsync("SELECT video_id FROM videos WHERE worker_id IS NOT NULL OR starts <> 0"));
        Assert.Empty(await fleet.RowsAsync("SELECT clip_id FROM clips WHERE worker_id IS NOT NULL OR starts <> 0 OR status NOT IN ('done', 'failed', 'cancelled')"));
        Assert.Equal(
            await fleet.ScalarAsync("SELECT coalesce(sum(clips), 0) FROM videos WHERE status = 'done'"),
            await fleet.ScalarAsync("SELECT count(*) FROM predictions p JOIN videos v USING (video_id, generation) WHERE v.status = 'done'"));
        // A replay, which is a generation, has a trace of its own.
        var odd = await fleet.RowsAsync("""
            SELECT study_id, count(DISTINCT trace_id) FROM spans GROUP BY study_id
            HAVING count(DISTINCT trace_id) <> (SELECT 1 + max(generation) FROM videos WHERE videos.study_id = spans.study_id)
            """);
        Assert.True(!hasAllSpans || odd.Count == 0, string.Join('\n', odd));
        Assert.Equal(
            await fleet.ScalarAsync("SELECT count(*) FROM studies WHERE status IN ('done', 'failed')"), await CountAsync(fleet, "results/"));
    }

    private static async Task EventuallyAsync(Fleet fleet, Func<string> what, Func<Task<bool>> holds)
    {
        for (var deadline = Environment.TickCount64 + 120_000; !await holds(); await Task.Delay(200, Cancellation))
            Assert.True(Environment.TickCount64 < deadline, $"Waited in vain for {what()}.\n{fleet.Logs()}");
    }

    private static async Task<int> CountAsync(Fleet fleet, string prefix)
    {
        using var client = PlainS3.Client(fleet.Bucket);
        var listed = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = fleet.Bucket.Name, Prefix = prefix }, Cancellation);
        return listed.S3Objects?.Count ?? 0;
    }

    /// <summary>The queues that have messages, those in consumers' hands too, with their numbers; the dead letters do not count.</summary>
    private static async Task<string> MessagesAsync(Fleet fleet)
    {
        using var management = await fleet.Servers.ManagementAsync();
        var queues = await management.GetFromJsonAsync<JsonElement>(new Uri($"api/queues{fleet.Broker.AbsolutePath}", UriKind.Relative), Cancellation);
        StageQueues? direct = null;
        var left = new List<string>();
        foreach (var queue in queues.EnumerateArray())
        {
            var name = queue.GetProperty("name").GetString()!;
            if (!name.StartsWith("lus.", StringComparison.Ordinal) || name == "lus.dead-letters")
                continue;
            // A quorum queue in which nothing has happened since the broker's start has no statistics yet.
            var messages = queue.TryGetProperty("messages", out var count) ? count.GetInt64() : await (direct ??= await StageQueues.OpenAsync(fleet.Broker)).WaitingAsync(name);
            if (messages > 0)
                left.Add($"{messages} in {name}");
        }
        if (direct is not null)
            await direct.DisposeAsync();
        return string.Join(", ", left);
    }
}
