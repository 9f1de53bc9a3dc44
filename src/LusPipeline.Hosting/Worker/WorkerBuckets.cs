using LusPipeline.Buckets;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Worker;

/// <summary>The bucket as a worker's services.</summary>
internal static class WorkerBuckets
{
    /// <summary>Clips of a process of several stages that it does not fetch from the bucket: a dozen of Xception's.</summary>
    private const long OwnBytes = 64 << 20;

    /// <exception cref="Core.Outcomes.BrokenEngineException">The file of certificate authorities cannot be read.</exception>
    public static IServiceCollection AddWorkerBuckets(this IServiceCollection services, LoadedSettings settings, StageSet stages)
    {
        var connection = new S3Connection(settings.Get<S3Options>());
        services.AddSingleton(_ => connection);
        services.AddSingleton(new S3VideoBucket(connection, TimeProvider.System));
        services.AddSingleton<IVideoBucket>(provider => provider.GetRequiredService<S3VideoBucket>());
        services.AddSingleton(new ResultKeys(settings.Get<S3Options>()));
        services.AddSingleton<IWorkBucket>(_ => stages is StageSet.Ingest or StageSet.Features or StageSet.Sequence
            ? new S3WorkBucket(connection)
            : new RecentObjects(new S3WorkBucket(connection), TimeProvider.System, OwnBytes));
        return services;
    }
}
