using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Pipeline.Attempts;
using MassTransit;

namespace LusPipeline.Hosting.Broker;

/// <summary>
/// Consumes the messages that the broker gave up delivering. Most of them did no harm: when a worker is killed, every message that it had prefetched
/// counts a delivery.
/// </summary>
internal sealed class ReturnedConsumer(IReturnedWork ledger, IDeadLetters letters, FatalError fault, StageStop stop)
    : IConsumer<VideoFound>, IConsumer<ClipReady>, IConsumer<FeaturesReady>
{
    public Task Consume(ConsumeContext<VideoFound> context) => SettleAsync(context.Message);

    public Task Consume(ConsumeContext<ClipReady> context) => SettleAsync(context.Message);

    public Task Consume(ConsumeContext<FeaturesReady> context) => SettleAsync(context.Message);

    private Task SettleAsync(IStageMessage message) => fault.GuardAsync(
        async () =>
        {
            if (await ledger.SettleAsync(message, stop.Token).ConfigureAwait(false) is ReturnedOutcome.Crashed)
                await letters.KeepAsync(message, ReasonCode.Crashed, stop.Token).ConfigureAwait(false);
        },
        stop.Token);
}
