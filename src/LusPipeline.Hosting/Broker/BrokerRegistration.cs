using LusPipeline.Core.Messages;
using LusPipeline.Core.Stages;
using LusPipeline.Pipeline.Attempts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace LusPipeline.Hosting.Broker;

/// <summary>Registers the bus of a worker, on RabbitMQ.</summary>
public static class BrokerRegistration
{
    /// <summary>
    /// Needs <see cref="BrokerOptions"/>, <see cref="StageConcurrency"/>, <see cref="StageStop"/>, <see cref="FatalError"/>, a
    /// <see cref="TimeProvider"/>, the handlers of the stages, and with ingest an <see cref="IReturnedWork"/>. The bus starts with the host
    /// and does not wait for the broker.
    /// </summary>
    public static IServiceCollection AddBroker(this IServiceCollection services, StageSet stages) => services.AddBroker(
        $"lus {stages}",
        bus =>
        {
            if (stages.HasFlag(StageSet.Ingest))
            {
                bus.AddConsumer<IngestConsumer, IngestConsumerDefinition>();
                bus.AddConsumer<ReturnedConsumer>();
            }
            if (stages.HasFlag(StageSet.Features))
                bus.AddConsumer<FeaturesConsumer, FeaturesConsumerDefinition>();
            if (stages.HasFlag(StageSet.Sequence))
                bus.AddConsumer<SequenceConsumer, SequenceConsumerDefinition>();
        },
        (rabbit, context) =>
        {
            if (stages.HasFlag(StageSet.Ingest))
            {
                rabbit.ReceiveStage<IngestConsumer>(context, Stage.Ingest);
                rabbit.ReceiveReturned<ReturnedConsumer>(context);
            }
            if (stages.HasFlag(StageSet.Features))
                rabbit.ReceiveStage<FeaturesConsumer>(context, Stage.Features);
            if (stages.HasFlag(StageSet.Sequence))
                rabbit.ReceiveStage<SequenceConsumer>(context, Stage.Sequence);
        },
        stages);

    /// <param name="name">The connection's name in the broker's management pages.</param>
    /// <param name="own">The stages whose queues this process has to make.</param>
    internal static IServiceCollection AddBroker(
        this IServiceCollection services, string name, Action<IBusRegistrationConfigurator> consumers,
        Action<IRabbitMqBusFactoryConfigurator, IBusRegistrationContext> receive, StageSet own = StageSet.All)
    {
        services.AddSingleton(provider => new BrokerNames(provider.GetRequiredService<BrokerOptions>().Prefix));
        services.AddSingleton<BrokerConnection>().AddSingleton<DeadLetters>().AddSingleton<BrokerEvents>();
        services.AddSingleton(provider => new BrokerTopology(provider.GetRequiredService<BrokerConnection>(), provider.GetRequiredService<BrokerOptions>(), own));
        services.AddSingleton<IDeadLetters>(provider => provider.GetRequiredService<DeadLetters>());
        services.AddSingleton<BusConnection>().AddSingleton<IStageBus, BrokerBus>().AddSingleton<BrokerArrival>();
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.ConfigureHealthCheckOptions(check => check.Name = "broker");
            consumers(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.ConnectTo(context.GetRequiredService<BrokerOptions>(), context.GetRequiredService<BrokerArrival>(), name);
                receive(rabbit, context);
            });
        });
        services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = false);
        return services;
    }

    /// <summary>Consumes a stage's two queues, routine and urgent. Both share the stage's concurrency.</summary>
    internal static void ReceiveStage<TConsumer>(this IRabbitMqBusFactoryConfigurator rabbit, IBusRegistrationContext context, Stage stage)
        where TConsumer : class, IConsumer
    {
        var options = context.GetRequiredService<BrokerOptions>();
        var names = new BrokerNames(options.Prefix);
        var concurrency = context.GetRequiredService<StageConcurrency>()[stage];
        // Routine videos hold their places while they wait for clips to be taken. Urgent ones must not wait behind them.
        var places = new PriorityGate(concurrency, forUrgent: stage == Stage.Ingest ? 1 : 0);
        foreach (var urgent in new[] { true, false })
        {
            rabbit.Receive<TConsumer>(
                context, BrokerQueue.OfStage(options, names.Queue(stage, urgent)), options.PrefetchOf(stage, concurrency), places, urgent);
        }
    }

    internal static void ReceiveReturned<TConsumer>(this IRabbitMqBusFactoryConfigurator rabbit, IBusRegistrationContext context)
        where TConsumer : class, IConsumer =>
        rabbit.Receive<TConsumer>(
            context, BrokerQueue.Returned(context.GetRequiredService<BrokerOptions>()), prefetch: 1, new PriorityGate(1), urgent: false);

    private static void Receive<TConsumer>(
        this IRabbitMqBusFactoryConfigurator rabbit, IBusRegistrationContext context, BrokerQueue queue, ushort prefetch, PriorityGate places,
        bool urgent)
        where TConsumer : class, IConsumer =>
        rabbit.ReceiveEndpoint(queue.Name, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PublishFaults = false;
            endpoint.PrefetchCount = prefetch;
            // All prefetched messages wait at the gate, which lets urgent ones through first.
            endpoint.ConcurrentMessageLimit = prefetch;
            foreach (var (argument, value) in queue.Arguments)
                endpoint.SetQueueArgument(argument, value);

            var unreadable = new UnreadableMessages(context.GetRequiredService<DeadLetters>(), queue, context.GetRequiredService<ILogger<UnreadableMessages>>());
            endpoint.ConfigureError(pipe => pipe.UseFilter(unreadable));
            endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(unreadable));
            var stop = new EndpointStop();
            endpoint.ConnectReceiveEndpointObserver(stop);
            var gate = new StageGate(places, urgent, context.GetRequiredService<StageStop>(), stop);
            endpoint.UseFilter(gate);
            endpoint.ConfigureChannel(pipe => pipe.UseFilter(context.GetRequiredService<BusConnection>()));
            endpoint.ConfigureChannel(pipe => pipe.UseFilter(new StarvationWatch(
                queue.Name, gate, context.GetRequiredService<BrokerOptions>().Heartbeat, context.GetRequiredService<TimeProvider>(),
                context.GetRequiredService<ILogger<StarvationWatch>>())));
            endpoint.UseConsumeFilter(typeof(KnownVersions<>), context);
            endpoint.ConfigureConsumer<TConsumer>(context);
        });

    private static void ConnectTo(this IRabbitMqBusFactoryConfigurator rabbit, BrokerOptions options, BrokerArrival arrival, string name)
    {
        var factory = new ConnectionFactory { Uri = options.Uri };
        rabbit.Host(factory.HostName, (ushort)BrokerConnection.PortOf(options), factory.VirtualHost, name, host =>
        {
            host.Username(factory.UserName);
            host.Password(factory.Password);
            host.OnRefreshConnectionFactory = async fresh =>
            {
                await arrival.WaitAsync().ConfigureAwait(false);
                try
                {
                    BrokerConnection.Configure(fresh, options);
                }
                catch (BrokerException failure)
                {
                    // MassTransit tries again: certificates are replaced while workers run.
                    throw new RabbitMqConnectionException(failure.Message, failure);
                }
            };
        });
    }
}
