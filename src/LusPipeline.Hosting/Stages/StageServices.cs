using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Media;
using LusPipeline.Media.Cutting;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Probing;
using LusPipeline.Models.Bundles;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Features;
using LusPipeline.Pipeline.Ingest;
using LusPipeline.Pipeline.Sequence;
using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Stages;

/// <summary>What the stages are made of, in every host.</summary>
internal static class StageServices
{
    /// <summary>Adds the handlers of stages and what they share. Needs the ledger's and the buckets' services, and a <see cref="StageEvents"/>.</summary>
    /// <param name="stages">Those that run here.</param>
    /// <param name="ingest">Limits of the ingest stage.</param>
    /// <param name="bundles">Those whose frames may be cut.</param>
    /// <param name="concurrency">Messages of each stage that are handled at one time.</param>
    public static IServiceCollection AddStages(
        this IServiceCollection services, StageSet stages, IngestOptions ingest, IEnumerable<Bundle> bundles, StageConcurrency concurrency)
    {
        services.AddSingleton(concurrency).AddSingleton<StageStop>().AddSingleton<StageBusPublisher>().AddSingleton<AttemptRunner>();
        if (stages.HasFlag(StageSet.Ingest))
            services.AddIngest(ingest, bundles);
        if (stages.HasFlag(StageSet.Features))
            services.AddSingleton<FeaturesHandler>();
        if (stages.HasFlag(StageSet.Sequence))
            services.AddSingleton<SequenceHandler>();
        return services;
    }

    private static void AddIngest(this IServiceCollection services, IngestOptions options, IEnumerable<Bundle> bundles)
    {
        var sizes = bundles.DistinctBy(bundle => bundle.Id).ToDictionary(bundle => bundle.Id, bundle => new ClipFrameSize(bundle.Width, bundle.Height));
        services.AddSingleton(new ClipFrameSizes(sizes));
        services.AddSingleton(new DecoderSlots(options.MaxDecoders)).AddSingleton(new ClipGate(options.ClipsInFlight));
        services.AddSingleton<ClipPermits>().AddSingleton<VideoProbe>().AddSingleton<ClipCutter>().AddSingleton<VideoReader>()
            .AddSingleton<IngestHandler>();
    }
}
