using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Status;
using LusPipeline.Ledger.Status;

namespace LusPipeline.UnitTests.Hosting;

public sealed class StatusJsonTests
{
    [Fact]
    public void A_queue_that_the_broker_does_not_tell_of_is_null_and_the_rest_is_there()
    {
        var stages = StageNames.All.Select(stage => new StageStatus(stage.Name(), 3, 0, 0, new Dictionary<string, long>())).ToList();
        var ledger = new LedgerStatus(DateTime.UnixEpoch, stages, 1, 0, Exact: true, 0, null, []);
        var depths = new QueueDepths(new(null, new(2, 1, 1), null), Returned: null, DeadLetters: 4, ["lus.ingest", "lus.sequence", "lus.returned"]);

        var json = StatusJson.From(new(ledger, new(depths, "RabbitMQ tells nothing of lus.ingest, lus.sequence, lus.returned")));

        Assert.Equal([null, new QueueJson(2, 1, 1), null], json.Stages.Select(stage => stage.Queue));
        Assert.Equal((4L, null), (json.DeadLetters, json.Returned));
        Assert.Contains("lus.ingest", json.QueuesUnknown, StringComparison.Ordinal);
    }
}
