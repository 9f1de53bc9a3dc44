using LusPipeline.Core.Messages;
using LusPipeline.Core.Stages;
using LusPipeline.Pipeline.Attempts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace LusPipeline.Hosting.Broker;

/// <summary>RabbitMQ for a worker.</summary>
public static class BrokerRegistration
{
    /// <summary>
    /// Needs <see cref="BrokerOptions"/>, <see cref="StageConcurrency"/>, <see cref="StageStop"/>, <see cref="FatalError"/>, a
    /// <see cref="TimeProvider"/>, the handlers of the stages, and with ingest an <see cref="IReturnedWork"/>. The bus starts with the host and does not wait for the broker.
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
        });

    /// <param name="name">By which the broker's operator sees the connection.</param>
    internal static IServiceCollection AddBroker(
        this IServiceCollection services, string name, Action<IBusRegistrationConfigurator> consumers,
        Action<IRabbitMqBusFactoryConfigurator, IBusRegistrationContext> receive)
    {
        services.AddSingleton(provider => new BrokerNames(provider.GetRequiredService<BrokerOptions>().Prefix));
        services.AddSingleton<BrokerConnection>().AddSingleton<BrokerTopology>().AddSingleton<DeadLetters>().AddSingleton<BrokerEvents>();
        services.AddSingleton<IDeadLetters>(provider => provider.GetRequiredService<DeadLetters>());
        services.AddSingleton<IStageBus, BrokerBus>().AddSingleton<BrokerArrival>();
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

    /// <summary>A stage's two queues, which share its places.</summary>
    internal static void ReceiveStage<TConsumer>(this IRabbitMqBusFactoryConfigurator rabbit, IBusRegistrationContext context, Stage stage)
        where TConsumer : class, IConsumer
    {
        var options = context.GetRequiredService<BrokerOptions>();
        var names = new BrokerNames(options.Prefix);
        var concurrency = context.GetRequiredService<StageConcurrency>()[stage];
        var places = new PriorityGate(concurrency);
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
            // Everything that is held stands at the gate, where urgent work overtakes.
            endpoint.ConcurrentMessageLimit = prefetch;
            foreach (var (argument, value) in queue.Arguments)
                endpoint.SetQueueArgument(argument, value);

            var unreadable = new UnreadableMessages(context.GetRequiredService<DeadLetters>(), queue.Name, context.GetRequiredService<ILogger<UnreadableMessages>>());
            endpoint.ConfigureError(pipe => pipe.UseFilter(unreadable));
            endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(unreadable));
            var stop = new EndpointStop();
            endpoint.ConnectReceiveEndpointObserver(stop);
            var gate = new StageGate(places, urgent, context.GetRequiredService<StageStop>(), stop);
            endpoint.UseFilter(gate);
            endpoint.ConfigureChannel(pipe => pipe.UseFilter(new StarvationWatch(
                queue.Name, gate, context.GetRequiredService<BrokerOptions>().Heartbeat, context.GetRequiredService<TimeProvider>(),
                context.GetRequiredService<ILogger<StarvationWatch>>())));
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
                    // Tried again: certificates are replaced while workers run.
                    throw new RabbitMqConnectionException(failure.Message, failure);
                }
            };
        });
    }
}
