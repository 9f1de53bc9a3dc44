using LusPipeline.Core.Messages;
using LusPipeline.Core.Stages;

namespace LusPipeline.Hosting.Broker;

/// <summary>Names of queues and exchanges. An exchange has the name of its queue.</summary>
/// <param name="prefix">The start of every name: <see cref="BrokerOptions.Prefix"/>.</param>
public sealed class BrokerNames(string prefix)
{
    /// <summary>Queue of messages that the broker gave up delivering.</summary>
    public string Returned => $"{prefix}.returned";

    /// <summary>Queue of messages that no worker takes again.</summary>
    public string DeadLetters => $"{prefix}.dead-letters";

    /// <summary>Topic exchange of <c>study.completed</c> and <c>study.failed</c>.</summary>
    public string Events => $"{prefix}.events";

    /// <summary>Queue of an S3 server's notifications.</summary>
    public string Notifications => $"{prefix}.notifications";

    public string Queue(Stage stage, bool urgent) => urgent ? $"{prefix}.{stage.Name()}.urgent" : $"{prefix}.{stage.Name()}";

    /// <summary>The queue of a stage's message.</summary>
    public string QueueOf(IStageMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Queue(message.Stage, message.Urgent);
    }
}
