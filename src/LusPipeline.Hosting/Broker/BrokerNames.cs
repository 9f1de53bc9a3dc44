using LusPipeline.Core.Messages;

namespace LusPipeline.Hosting.Broker;

/// <summary>Names of queues and exchanges. An exchange has the name of its queue.</summary>
/// <param name="prefix">What they begin with, as <see cref="BrokerOptions.Prefix"/>.</param>
public sealed class BrokerNames(string prefix)
{
    public static readonly IReadOnlyList<StageSet> Stages = [StageSet.Ingest, StageSet.Features, StageSet.Sequence];

    /// <summary>What the broker gave up delivering.</summary>
    public string Returned => $"{prefix}.returned";

    /// <summary>What no worker takes again.</summary>
    public string DeadLetters => $"{prefix}.dead-letters";

    /// <summary>Topic exchange of <c>study.completed</c> and <c>study.failed</c>.</summary>
    public string Events => $"{prefix}.events";

    /// <summary>Queue of an S3 server's notifications.</summary>
    public string Notifications => $"{prefix}.notifications";

    /// <param name="stage">One stage.</param>
    public string Queue(StageSet stage, bool urgent) => urgent ? $"{prefix}.{NameOf(stage)}.urgent" : $"{prefix}.{NameOf(stage)}";

    /// <summary>The queue of a stage's message.</summary>
    /// <exception cref="ArgumentException">It is no message of a stage.</exception>
    public string QueueOf(object message) => message switch
    {
        VideoFound found => Queue(StageSet.Ingest, found.Urgent),
        ClipReady ready => Queue(StageSet.Features, ready.Urgent),
        FeaturesReady ready => Queue(StageSet.Sequence, ready.Urgent),
        _ => throw new ArgumentException($"{message?.GetType().Name} is no message of a stage.", nameof(message)),
    };

    private static string NameOf(StageSet stage) => stage switch
    {
        StageSet.Ingest => "ingest",
        StageSet.Features => "features",
        StageSet.Sequence => "sequence",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "One stage is wanted."),
    };
}
