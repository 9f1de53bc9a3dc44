using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Models.Inference;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Worker;

/// <summary>
/// Prepares the worker before it takes messages: declares the queues, registers the bundles in the ledger, opens and warms the models. It
/// waits for servers that are not there yet, so servers and workers may start in any order. An error that waiting cannot mend ends the process.
/// </summary>
internal sealed partial class WorkerStartup(
    StageSet stages, LoadedModel model, ModelSet models, WorkerBundles bundles, BrokerTopology topology, OutageWait outages, ILogger<WorkerStartup> logger) : IHostedService
{
    private static readonly TimeSpan BrokerWait = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the model is warm.</summary>
    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    /// <exception cref="BrokenEngineException">A model does not run.</exception>
    /// <exception cref="BrokerException">The broker refuses the user, or has queues of other arguments.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var warming = WarmAsync(cancellationToken);
        await outages.WaitOutAsync(bundles.RegisterAsync, cancellationToken).ConfigureAwait(false);
        await DeclareAsync(cancellationToken).ConfigureAwait(false);
        await warming.ConfigureAwait(false);
        _ready.SetResult();
        LogReady(logger, stages.Name(), model.Bundle.Name, model.Bundle.Version, model.Variant);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Opens the model and runs it once, so that a fault shows before any message is taken.</summary>
    private async Task WarmAsync(CancellationToken cancellation)
    {
        if (stages.HasFlag(StageSet.Features) || stages.HasFlag(StageSet.Sequence))
            await models.TryAllAsync().ConfigureAwait(false);
        if (stages.HasFlag(StageSet.Features))
        {
            if (!model.Bundle.IsChecked && GraphComparison.WhyNot(model.Variant) is { } reason)
                LogNotCompared(logger, reason);
            var backbone = await models.BackboneAsync(model.Bundle.Id, model.Variant).ConfigureAwait(false);
            await backbone.ExtractAsync(
                new byte[backbone.Height * backbone.Width * 3], 1, new float[backbone.FeatureLength], cancellation).ConfigureAwait(false);
        }
        if (stages.HasFlag(StageSet.Sequence))
        {
            var head = await models.HeadAsync(model.Bundle.Id).ConfigureAwait(false);
            head.Predict(new float[head.Frames * head.FeatureLength]);
        }
    }

    private async Task DeclareAsync(CancellationToken cancellation)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await topology.DeclareAsync(cancellation).ConfigureAwait(false);
                return;
            }
            catch (BrokerUnavailableException away)
            {
                if (tries == 0)
                    LogBrokerAway(logger, away.Message);
                await Task.Delay(BrokerWait, cancellation).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Worker of {Stages} is ready, model {Model} {Version} ({Variant}). Research use only: not a medical device.")]
    private static partial void LogReady(ILogger logger, string stages, string model, string version, string variant);

    [LoggerMessage(LogLevel.Warning, "The model is not compared with its unoptimised graph: {Reason}.")]
    private static partial void LogNotCompared(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Waiting for the broker: {Detail}")]
    private static partial void LogBrokerAway(ILogger logger, string detail);
}
