using LusPipeline.Core.Messages;
using MassTransit;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Lets a stage's message through to its consumer only if its version is the one that this program knows. Another one, higher or lower,
/// ends in the dead letters (<see cref="UnreadableMessages"/>). Its row still waits, so the sweeper publishes it in the known version.
/// </summary>
internal sealed class KnownVersions<TMessage> : IFilter<ConsumeContext<TMessage>> where TMessage : class
{
    public Task Send(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next) =>
        context.Message is IStageMessage message && message.Version != message.KnownVersion
            ? throw new UnknownVersionException(
                $"{typeof(TMessage).Name} is of version {message.Version}, and this program knows version {message.KnownVersion}.")
            : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("known-versions");
}
