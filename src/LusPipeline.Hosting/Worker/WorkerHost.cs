using LusPipeline.Buckets;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Children;
using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Reports;
using LusPipeline.Hosting.Settings;
using LusPipeline.Hosting.Stages;
using LusPipeline.Hosting.Telemetry;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Ledger.Rows;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Ingest;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Hosting.Worker;

/// <summary>One process that runs stages against RabbitMQ, PostgreSQL and the bucket.</summary>
public sealed class WorkerHost : IAsyncDisposable
{
    /// <summary>What comes after <see cref="WorkerOptions.GracePeriod"/> has 15 s in the Helm chart.</summary>
    private static readonly TimeSpan FreePatience = TimeSpan.FromSeconds(5);

    private readonly IHost _host;
    private readonly FatalError _fault;

    private WorkerHost(IHost host)
    {
        _host = host;
        _fault = host.Services.GetRequiredService<FatalError>();
    }

    /// <summary>Builds the worker. Nothing is connected yet.</summary>
    /// <exception cref="BundleException">The model cannot be used.</exception>
    /// <exception cref="Core.Outcomes.BrokenEngineException">The scratch folder cannot be written, or the bucket's settings cannot be used.</exception>
    /// <param name="open">How a backbone is opened; null for ONNX Runtime.</param>
    public static WorkerHost Build(
        LoadedSettings settings, StageSet stages, Action<ILoggingBuilder> logging, Func<Bundle, string, InferenceOptions, IBackbone>? open = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(logging);
        var (workerId, media) = (Guid.NewGuid(), settings.Get<MediaOptions>());
        var (inference, ingest, options) = (settings.Get<InferenceOptions>(), settings.Get<IngestOptions>(), settings.Get<WorkerOptions>());
        var models = settings.Get<ModelOptions>();
        var keys = TrustedKeys.Read(models.TrustedKeys);
        var model = LoadedModel.Load(BundleCatalog.Find(models.Bundle), models.Variant, inference, keys);
        var bundles = models.More.Select(name => Bundle.Load(BundleCatalog.Find(name), keys)).Prepend(model.Bundle).ToList();
        var scratch = WorkerScratch.Make(options.ScratchFolder, workerId);
        if (models.Fast)
        {
            model = model with { Bundle = Slim(model.Bundle, scratch, media) };
            // Videos that came before the setting was changed are finished with the full form.
            bundles.Insert(0, model.Bundle);
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        logging(builder.Logging.AddIdsOnly());
        var services = builder.Services;
        services.AddSingleton<IHostLifetime, CallerLifetime>();
        services.AddSettings(settings);
        services.AddSingleton(TimeProvider.System).AddSingleton<OutageWait>();
        services.AddSingleton(provider => new FatalError(provider.GetRequiredService<OutageWait>()));
        services.AddSingleton(model).AddSingleton(_ => new ModelSet(
            bundles, inference, open ?? CheckedBackbone.Open, bundle => BundleTrial.RunAsync(bundle, media, CancellationToken.None)));
        services.AddSingleton(new VideoTarget(settings.Get<ClipPlanOptions>().For(model.Bundle.Frames), model.Bundle.Id, model.Variant));
        services.AddSingleton(new ScratchFolder(scratch.Path)).AddSingleton(scratch);
        services.AddWorkerLedger(settings, workerId).AddWorkerBuckets(settings, stages);
        services.AddSingleton(Register(workerId, stages, inference, bundles));
        services.AddSingleton<DutyLoop>().AddSingleton<WorkerBundles>();
        var clipsInHand = OnnxBackbone.ClipsInHandFor(inference, model.Bundle.Frames);
        services.AddStages(stages, ingest, media, bundles, new(ingest.MaxDecoders + 1, clipsInHand + options.ClipsAhead, options.Predictions));

        builder.AddTelemetry($"{StudyTelemetry.Service}-{stages.Name()}");
        builder.AddHttp(settings.Get<HttpOptions>());
        services.AddReadyCheck("database", provider => WorkerChecks.Database(provider.GetRequiredService<Func<LedgerContext>>()));
        services.AddReadyCheck("model", provider => WorkerChecks.Model(provider.GetRequiredService<WorkerStartup>()));

        // Hosted services start in this order and stop in the opposite one.
        services.AddHostedService<StageStopper>();
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<Heartbeat>(provider, () => provider.GetRequiredService<AttemptRunner>().InWork));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<WorkerStartup>(provider, stages));
        services.AddHostedService(provider => provider.GetRequiredService<WorkerStartup>());
        services.AddBroker(stages);
        if (stages.HasFlag(StageSet.Ingest))
        {
            services.AddHostedService<ClipBacklog>();
            services.AddSingleton<VideoIntake>().AddSingleton<NotifiedObjects>().AddHostedService<BucketWatch>();
        }
        services.AddSingleton(provider => new StoredReports(
            provider.GetService<ArchiveStore>(), new DicomReports(provider.GetRequiredService<Func<LedgerContext>>(), provider.GetRequiredService<IVideoBucket>()),
            provider.GetRequiredService<ILogger<StoredReports>>()));
        services.AddSingleton<StudyAnnouncer>();
        services.AddSingleton(provider => new OrphanClips(
            provider.GetRequiredService<IWorkBucket>(), provider.GetRequiredService<Func<LedgerContext>>(), provider.GetRequiredService<DatabaseClock>(),
            settings.Get<SweepOptions>(), provider.GetRequiredService<ILogger<OrphanClips>>()));
        services.AddHostedService<Sweep>();

        // Consumers end first, then the bus, then the host. Each has less time than the next.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.GracePeriod);
        services.Configure<MassTransitHostOptions>(bus =>
        {
            bus.StopTimeout = options.GracePeriod * 0.8;
            bus.ConsumerStopTimeout = options.GracePeriod * 0.6;
        });
        return new(builder.Build());
    }

    /// <summary>Runs until it is told to stop.</summary>
    /// <param name="stopping">Stops the worker. It gives back the work that it holds.</param>
    /// <exception cref="Core.Outcomes.BrokenEngineException">This process cannot go on. The work that it held went back.</exception>
    /// <exception cref="LedgerVersionException">The database's schema is not this program's.</exception>
    /// <exception cref="BrokerException">The broker refuses the user, or has queues of other arguments.</exception>
    /// <exception cref="HttpException">The address for health and metrics is taken.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            await _host.StartAsync(either.Token).ConfigureAwait(false);
            await Task.WhenAny(_fault.Broken, Task.Delay(Timeout.InfiniteTimeSpan, either.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped before it had started.
        }
        finally
        {
            await either.CancelAsync().ConfigureAwait(false);
            await _host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
        if (_fault.Broken.IsCompleted)
            throw await _fault.Broken.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        var (scratch, logs) = (_host.Services.GetRequiredService<WorkerScratch>(), _host.Services.GetServices<ILoggerProvider>().ToList());
        if (_fault.Hangs || !await TryFreeAsync().ConfigureAwait(false))
        {
            // Whatever waits for the hung run would hang too. The end of the process frees the rest.
            foreach (var provider in logs)
                provider.Dispose();
        }
        scratch.Dispose();
    }

    /// <summary>Frees what the services hold.</summary>
    /// <returns>False if a run that was stopped does not return for a few seconds.</returns>
    private async Task<bool> TryFreeAsync()
    {
        var freeing = Task.Run(async () => await ((IAsyncDisposable)_host).DisposeAsync().ConfigureAwait(false));
        if (await Task.WhenAny(freeing, Task.Delay(FreePatience)).ConfigureAwait(false) != freeing)
            return false;
        await freeing.ConfigureAwait(false);
        return true;
    }

    /// <summary>Makes a bundle's slim form in this worker's own folder. Nothing else runs yet, so the thread may wait.</summary>
    private static Bundle Slim(Bundle full, WorkerScratch scratch, MediaOptions media)
    {
        try
        {
            return FastBundle.MakeAsync(full, Path.Combine(scratch.Path, "fast"), media, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch
        {
            scratch.Dispose();
            throw;
        }
    }

    private static WorkerRow Register(Guid workerId, StageSet stages, InferenceOptions inference, IEnumerable<Bundle> bundles) => new()
    {
        WorkerId = workerId,
        Stages = stages.Name(),
        Host = Environment.MachineName,
        ProcessId = Environment.ProcessId,
        Version = typeof(WorkerHost).Assembly.GetName().Version?.ToString(3) ?? "",
        Bundles = stages.HasFlag(StageSet.Features) ? string.Join(',', bundles.Select(bundle => bundle.Id).Distinct()) : "",
        Provider = stages.HasFlag(StageSet.Features) ? inference.Provider.ToString().ToLowerInvariant() : "",
    };
}
