using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Hosting.Checks;

/// <summary>RabbitMQ: that it answers, takes the user, and has the queues that workers use.</summary>
internal static class BrokerChecks
{
    /// <summary>Quorum queues with at-least-once dead lettering.</summary>
    private static readonly Version Oldest = new(3, 10);

    public static IEnumerable<Check> All(LoadedSettings settings)
    {
        if (!settings.IsGiven(BrokerConnection.DefaultUriKey))
            return [new("broker", _ => Task.FromResult(CheckOutcome.LeftOut($"{BrokerConnection.DefaultUriKey} is not set; lus run needs no broker")))];
        var options = settings.Get<BrokerOptions>();
        return [new("broker", cancellation => ConnectAsync(options, cancellation)), new("broker queues", cancellation => QueuesAsync(options, cancellation))];
    }

    private static async Task<CheckOutcome> ConnectAsync(BrokerOptions options, CancellationToken cancellation)
    {
        await using var connection = new BrokerConnection(options);
        var text = await connection.ServerVersionAsync(cancellation).ConfigureAwait(false);
        return Version.TryParse(text.Split('-', '+')[0], out var version) && version < Oldest
            ? CheckOutcome.Failed($"RabbitMQ {text} is too old: {Oldest} or later is needed")
            : CheckOutcome.Passed($"RabbitMQ {text} at {BrokerConnection.Address(options)}{(options.Uri.Scheme == "amqps" ? ", TLS" : "")}");
    }

    /// <summary>Makes the queues that are missing, as every worker does at its start: the one way to know that the user may, and that their arguments fit.</summary>
    private static async Task<CheckOutcome> QueuesAsync(BrokerOptions options, CancellationToken cancellation)
    {
        await using var connection = new BrokerConnection(options);
        var depths = await new BrokerTopology(connection, options).DeclareAsync(cancellation).ConfigureAwait(false);
        var waiting = string.Join(", ", StageNames.All.Select(stage => $"{stage.Name()} {depths.Stages[stage].Ready}"));
        var consumers = string.Join(", ", StageNames.All.Where(stage => depths.Stages[stage].Consumers == 0).Select(stage => stage.Name()));
        return CheckOutcome.Passed($"all there; waiting: {waiting}; dead letters {depths.DeadLetters}{(consumers.Length > 0 ? $"; no worker takes {consumers}" : "")}");
    }
}
