using LusPipeline.Core.Stages;
using LusPipeline.Core.Telemetry;
using LusPipeline.Hosting.Broker;
using LusPipeline.Media;
using LusPipeline.Media.Cutting;
using LusPipeline.Media.Dicom;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Probing;
using LusPipeline.Media.Processes;
using LusPipeline.Models.Bundles;
using LusPipeline.Pipeline.Attempts;
using LusPipeline.Pipeline.Features;
using LusPipeline.Pipeline.Ingest;
using LusPipeline.Pipeline.Sequence;
using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Stages;

/// <summary>Registers the stages in a host.</summary>
internal static class StageServices
{
    /// <summary>Adds the handlers of stages and what they share. Needs the ledger's and the buckets' services, and a <see cref="StageEvents"/>.</summary>
    /// <param name="stages">The stages that run in this process.</param>
    /// <param name="ingest">Limits of the ingest stage.</param>
    /// <param name="media">The mode of the sandbox of ffmpeg and ffprobe.</param>
    /// <param name="bundles">The bundles whose frame sizes clips may be cut to.</param>
    /// <param name="concurrency">How many messages of each stage are handled at the same time.</param>
    public static IServiceCollection AddStages(
        this IServiceCollection services, StageSet stages, IngestOptions ingest, MediaOptions media, IEnumerable<Bundle> bundles, StageConcurrency concurrency)
    {
        services.AddSingleton(concurrency).AddSingleton<StageStop>().AddSingleton<AttemptRunner>();
        if (stages.HasFlag(StageSet.Ingest))
            services.AddIngest(ingest, media, bundles);
        if (stages.HasFlag(StageSet.Features))
            services.AddSingleton<FeaturesHandler>();
        if (stages.HasFlag(StageSet.Sequence))
            services.AddSingleton<SequenceHandler>();
        return services;
    }

    private static void AddIngest(this IServiceCollection services, IngestOptions options, MediaOptions media, IEnumerable<Bundle> bundles)
    {
        StageMetrics.SandboxUsed(KernelSandbox.NameOf(KernelSandbox.For(media.Sandbox)));
        var sizes = bundles.DistinctBy(bundle => bundle.Id).ToDictionary(bundle => bundle.Id, bundle => new ClipFrameSize(bundle.Width, bundle.Height));
        services.AddSingleton(new ClipFrameSizes(sizes));
        services.AddSingleton(new DecoderSlots(options.MaxDecoders)).AddSingleton(new ClipGate(options.ClipsInFlight));
        services.AddSingleton<StalledBundles>().AddSingleton<ClipPermits>().AddSingleton<VideoProbe>().AddSingleton<ClipCutter>().AddSingleton<LoopOpener>().AddSingleton<VideoReader>()
            .AddSingleton<IngestHandler>();
    }
}
