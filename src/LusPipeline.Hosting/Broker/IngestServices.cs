using LusPipeline.Media;
using LusPipeline.Media.Cutting;
using LusPipeline.Media.Ffmpeg;
using LusPipeline.Media.Probing;
using LusPipeline.Models.Bundles;
using LusPipeline.Pipeline.Ingest;
using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Broker;

/// <summary>What the ingest stage is made of, in every host.</summary>
internal static class IngestServices
{
    /// <param name="bundles">Those whose frames may be cut.</param>
    public static IServiceCollection AddIngest(this IServiceCollection services, IngestOptions options, IEnumerable<Bundle> bundles)
    {
        var sizes = bundles.DistinctBy(bundle => bundle.Id).ToDictionary(bundle => bundle.Id, bundle => new ClipFrameSize(bundle.Width, bundle.Height));
        services.AddSingleton(new ClipFrameSizes(sizes));
        services.AddSingleton(new DecoderSlots(options.MaxDecoders)).AddSingleton(new ClipGate(options.ClipsInFlight));
        return services.AddSingleton<ClipPermits>().AddSingleton<VideoProbe>().AddSingleton<ClipCutter>().AddSingleton<VideoReader>()
            .AddSingleton<IngestHandler>();
    }
}
