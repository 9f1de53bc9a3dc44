using LusPipeline.Buckets;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Stages;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Models.Inference;
using LusPipeline.Pipeline.Ingest;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Run;

/// <summary>All stages in this process, on an in-memory bus.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly IHost _host;

    private Engine(IHost host) => _host = host;

    public IStageBus Bus => _host.Services.GetRequiredService<IStageBus>();

    /// <summary>Opens the models and starts the bus.</summary>
    /// <exception cref="Core.Outcomes.BrokenEngineException">A model that ONNX Runtime refuses, or CUDA was asked for and is not there.</exception>
    public static async Task<Engine> StartAsync(
        RunRequest request, EmbeddedModel model, EmbeddedLedger ledger, IVideoBucket videos, IWorkBucket work, ScratchFolder scratch,
        StageEvents events, FatalError fault, TimeProvider clock, Action<ILoggingBuilder> logging)
    {
        // The bus starts while the models load. No message is published before both are ready.
        var opening = model.OpenAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<IHostLifetime, CallerLifetime>();
        logging(builder.Logging.AddIdsOnly());
        builder.AddOtlpLogs();
        var services = builder.Services;
        services.AddSingleton(clock).AddSingleton(events).AddSingleton(fault).AddSingleton(model.Set).AddSingleton(videos).AddSingleton(work).AddSingleton(scratch);
        ledger.Stages.AddTo(services);
        services.AddSingleton(request.Limits).AddSingleton(request.Ingest).AddSingleton(request.Media).AddSingleton(request.Attempts);
        var clipsInHand = OnnxBackbone.ClipsInHandFor(request.Inference, model.Bundle.Frames);
        services.AddStages(StageSet.All, request.Ingest, request.Media, [model.Bundle], new(request.Ingest.MaxDecoders + 1, clipsInHand + 1, Sequence: 2));
        services.AddSingleton<IStageBus, StageBus>().AddSingleton<IDeadLetters, NoDeadLetters>();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));

        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConsumer<IngestConsumer, IngestConsumerDefinition>();
            bus.AddConsumer<FeaturesConsumer, FeaturesConsumerDefinition>();
            bus.AddConsumer<SequenceConsumer, SequenceConsumerDefinition>();
            bus.UsingInMemory((context, memory) =>
            {
                memory.Publish<IStageMessage>(publish => publish.Exclude = true);
                memory.Publish<IClipMessage>(publish => publish.Exclude = true);
                memory.ConfigureEndpoints(context);
            });
        });
        services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = true;
            options.StopTimeout = TimeSpan.FromSeconds(15);
            options.ConsumerStopTimeout = TimeSpan.FromSeconds(10);
        });
        var host = builder.Build();
        var engine = new Engine(host);
        try
        {
            await host.StartAsync().ConfigureAwait(false);
            await opening.ConfigureAwait(false);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the attempts in flight and stops the bus.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.Services.GetRequiredService<StageStop>().StopAsync().ConfigureAwait(false);
        await _host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        if (_host is IAsyncDisposable host)
            await host.DisposeAsync().ConfigureAwait(false);
    }
}
