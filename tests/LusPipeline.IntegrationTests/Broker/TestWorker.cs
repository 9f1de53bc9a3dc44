using System.Text.Json;
using System.Text.Json.Nodes;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Pipeline.Attempts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusPipeline.IntegrationTests.Broker;

/// <summary>A worker's bus on a real broker, with a features stage that does what the test says.</summary>
internal sealed class TestWorker : IAsyncDisposable
{
    private readonly IHost _host;

    private TestWorker(IHost host) => _host = host;

    public IStageBus Bus => _host.Services.GetRequiredService<IStageBus>();

    public IDeadLetters Letters => _host.Services.GetRequiredService<IDeadLetters>();

    public BrokerTopology Topology => _host.Services.GetRequiredService<BrokerTopology>();

    public TestLog Log => _host.Services.GetRequiredService<TestLog>();

    /// <summary>Messages of the features stage that wait for a place.</summary>
    public long Waiting(bool urgent)
    {
        var probe = JsonSerializer.SerializeToNode(_host.Services.GetRequiredService<IBusControl>().GetProbeResult().Results)!;
        return Gates(probe).Where(gate => gate["urgent"]!.GetValue<bool>() == urgent).Sum(gate => gate["waiting"]!.GetValue<long>());
    }

    /// <param name="handle">The features stage: message, stop.</param>
    /// <param name="returned">Answers for the ledger; without it nothing takes what was returned.</param>
    public static async Task<TestWorker> StartAsync(
        BrokerOptions options, Func<ClipReady, CancellationToken, Task> handle, int concurrency = 2, Func<IStageMessage, ReturnedOutcome>? returned = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var log = new TestLog();
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(log).AddSingleton(options).AddSingleton(handle);
        builder.Services.AddSingleton(new StageConcurrency(1, concurrency, 1)).AddSingleton<StageStop>().AddSingleton<FatalError>();
        if (returned is not null)
            builder.Services.AddSingleton<IReturnedWork>(new TestLedger(returned));
        builder.Services.AddBroker(
            "lus test",
            bus =>
            {
                bus.AddConsumer<TestConsumer>();
                if (returned is not null)
                    bus.AddConsumer<ReturnedConsumer>();
            },
            (rabbit, context) =>
            {
                rabbit.ReceiveStage<TestConsumer>(context, Stage.Features);
                if (returned is not null)
                    rabbit.ReceiveReturned<ReturnedConsumer>(context);
            });
        var worker = new TestWorker(builder.Build());
        await worker._host.StartAsync(TestContext.Current.CancellationToken);
        return worker;
    }

    /// <summary>As a worker stops: attempts end first, then the bus.</summary>
    public async Task StopAsync()
    {
        await _host.Services.GetRequiredService<StageStop>().StopAsync();
        await _host.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private static IEnumerable<JsonObject> Gates(JsonNode? node) => node switch
    {
        JsonObject gate when gate.ContainsKey("waiting") => [gate],
        JsonObject scope => scope.SelectMany(property => Gates(property.Value)),
        JsonArray scopes => scopes.SelectMany(Gates),
        _ => [],
    };

    private sealed class TestLedger(Func<IStageMessage, ReturnedOutcome> settle) : IReturnedWork
    {
        public Task<ReturnedOutcome> SettleAsync(IStageMessage message, CancellationToken cancellation) => Task.FromResult(settle(message));
    }
}

internal sealed class TestConsumer(Func<ClipReady, CancellationToken, Task> handle, StageStop stop) : IConsumer<ClipReady>
{
    public Task Consume(ConsumeContext<ClipReady> context) => handle(context.Message, stop.Token);
}
