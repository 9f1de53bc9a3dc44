using System.Globalization;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Hosting.Checks;

/// <summary>Checks of RabbitMQ: it answers, accepts the user, and has the queues that workers use.</summary>
internal static class BrokerChecks
{
    /// <summary>The first version that has quorum queues with at-least-once dead lettering.</summary>
    private static readonly Version Oldest = new(3, 10);

    public static IEnumerable<Check> All(LoadedSettings settings, StageSet stages)
    {
        if (!settings.IsGiven(BrokerConnection.DefaultUriKey))
            return [new("broker", _ => Task.FromResult(CheckOutcome.LeftOut($"{BrokerConnection.DefaultUriKey} is not set; lus run needs no broker")))];
        var options = settings.Get<BrokerOptions>();
        return [new("broker", cancellation => ConnectAsync(options, cancellation)), new("broker queues", cancellation => QueuesAsync(options, stages, cancellation))];
    }

    private static async Task<CheckOutcome> ConnectAsync(BrokerOptions options, CancellationToken cancellation)
    {
        await using var connection = new BrokerConnection(options);
        var text = await connection.ServerVersionAsync(cancellation).ConfigureAwait(false);
        return Version.TryParse(text.Split('-', '+')[0], out var version) && version < Oldest
            ? CheckOutcome.Failed($"RabbitMQ {text} is too old: {Oldest} or later is needed")
            : PlainTransport.Passed(
                $"RabbitMQ {text} at {BrokerConnection.Address(options)}{(options.Uri.Scheme == "amqps" ? ", TLS" : "")}",
                PlainTransport.Of(options, BrokerConnection.DefaultUriKey));
    }

    /// <summary>
    /// Declares the queues, as a worker of these stages does at its start. Only this shows that the user may do it and that existing queues have
    /// the right arguments.
    /// </summary>
    private static async Task<CheckOutcome> QueuesAsync(BrokerOptions options, StageSet stages, CancellationToken cancellation)
    {
        await using var connection = new BrokerConnection(options);
        var topology = new BrokerTopology(connection, options, stages);
        var depths = await topology.DeclareAsync(cancellation).ConfigureAwait(false);
        var waiting = string.Join(", ", StageNames.All.Select(stage => $"{stage.Name()} {depths.Stages[stage]?.Ready.ToString(CultureInfo.InvariantCulture) ?? "?"}"));
        var consumers = string.Join(", ", StageNames.All.Where(stage => depths.Stages[stage] is { Consumers: 0 }).Select(stage => stage.Name()));
        var there = topology.Missing.Count == 0 ? "all there" : $"left to the workers of other stages: {string.Join(", ", topology.Missing)}";
        return CheckOutcome.Passed($"{there}; waiting: {waiting}; dead letters {depths.DeadLetters?.ToString(CultureInfo.InvariantCulture) ?? "?"}{(consumers.Length > 0 ? $"; no worker takes {consumers}" : "")}");
    }
}
