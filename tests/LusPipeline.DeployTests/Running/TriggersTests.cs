using System.Text.Json.Nodes;
using LusPipeline.DeployTests.Chart;

namespace LusPipeline.DeployTests.Running;

/// <summary>The questions that the chart gives to KEDA, asked of real servers as the users that KEDA has.</summary>
public sealed class TriggersTests(Backlog backlog) : IClassFixture<Backlog>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_broker_counts_what_waits_and_what_is_held_in_both_queues_of_the_stage()
    {
        await backlog.RequireAsync();
        var expression = (await MetadataAsync("minimal.yaml"))["queueName"]!.ToString();
        await backlog.PublishAsync("lus.features", 9);
        await backlog.HoldAsync("lus.features", 6);
        await backlog.PublishAsync("lus.features.urgent", 2);
        await backlog.PublishAsync("lus.sequence", 50);
        await backlog.PublishAsync("lus.dead-letters", 50);

        // The broker's numbers are some seconds old.
        await Patience.UntilAsync(() => CountAsync(expression), count => count == (11, 6), "messages, and held ones", Limit);
        var pages = JsonNode.Parse(await Backlog.AskBrokerAsync(backlog.ManagementUrl, expression))!;
        Assert.Equal(2, pages["items"]!.AsArray().Count);
        // KEDA refuses an answer of several pages.
        Assert.Equal(1, pages["page_count"]!.GetValue<int>());
        await backlog.EmptyAsync("lus.features");
        await Patience.UntilAsync(() => CountAsync(expression), count => count == (2, 0), "messages, and held ones", Limit);
    }

    [Fact]
    public async Task The_ledger_counts_what_waits_and_what_runs_for_the_role_that_sees_no_names()
    {
        await backlog.RequireAsync();
        var query = (await MetadataAsync("postgresql.yaml"))["query"]!.ToString();

        await backlog.SetClipsAsync(waiting: 9, running: 4);

        Assert.Equal(13, await backlog.AskLedgerAsync(query));
        await backlog.SetClipsAsync(0, 0);
        Assert.Equal(0, await backlog.AskLedgerAsync(query));
    }

    private async Task<(int All, int Held)> CountAsync(string expression)
    {
        var queues = JsonNode.Parse(await Backlog.AskBrokerAsync(backlog.ManagementUrl, expression))!["items"]!.AsArray();
        return (queues.Sum(queue => queue!["messages"]?.GetValue<int>() ?? 0), queues.Sum(queue => queue!["messages_unacknowledged"]?.GetValue<int>() ?? 0));
    }

    private static async Task<JsonNode> MetadataAsync(string file) =>
        (await Manifest.RenderAsync(file)).Single(manifest => manifest.Kind == "ScaledObject" && manifest.Component == "features").Fields["spec"]!["triggers"]![0]!["metadata"]!;
}
