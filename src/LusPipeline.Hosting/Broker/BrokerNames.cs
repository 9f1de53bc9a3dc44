using LusPipeline.Core.Messages;
using LusPipeline.Core.Stages;

namespace LusPipeline.Hosting.Broker;

/// <summary>Names of queues and exchanges. An exchange has the name of its queue.</summary>
/// <param name="prefix">What they begin with, as <see cref="BrokerOptions.Prefix"/>.</param>
public sealed class BrokerNames(string prefix)
{
    /// <summary>What the broker gave up delivering.</summary>
    public string Returned => $"{prefix}.returned";

    /// <summary>What no worker takes again.</summary>
    public string DeadLetters => $"{prefix}.dead-letters";

    /// <summary>Topic exchange of <c>study.completed</c> and <c>study.failed</c>.</summary>
    public string Events => $"{prefix}.events";

    /// <summary>Queue of an S3 server's notifications.</summary>
    public string Notifications => $"{prefix}.notifications";

    public string Queue(Stage stage, bool urgent) => urgent ? $"{prefix}.{stage.Name()}.urgent" : $"{prefix}.{stage.Name()}";

    /// <summary>The queue of a stage's message.</summary>
    /// <exception cref="ArgumentException">It is no message of a stage.</exception>
    public string QueueOf(object message) => message switch
    {
        VideoFound found => Queue(Stage.Ingest, found.Urgent),
        ClipReady ready => Queue(Stage.Features, ready.Urgent),
        FeaturesReady ready => Queue(Stage.Sequence, ready.Urgent),
        _ => throw new ArgumentException($"{message?.GetType().Name} is no message of a stage.", nameof(message)),
    };
}
