using LusPipeline.Hosting.Configuration;
using LusPipeline.Storage.Buckets;
using LusPipeline.Storage.Buckets.S3;
using LusPipeline.Storage.Results;
using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Workers;

/// <summary>The bucket as a worker's services.</summary>
internal static class WorkerBuckets
{
    /// <exception cref="Core.Outcomes.BrokenEngineException">The file of certificate authorities cannot be read.</exception>
    public static IServiceCollection AddWorkerBuckets(this IServiceCollection services, Settings settings)
    {
        var connection = new S3Connection(settings.Get<S3Options>());
        services.AddSingleton(_ => connection);
        services.AddSingleton(new S3VideoBucket(connection, TimeProvider.System));
        services.AddSingleton<IVideoBucket>(provider => provider.GetRequiredService<S3VideoBucket>());
        services.AddSingleton(new ResultKeys(settings.Get<S3Options>()));
        services.AddSingleton<IWorkBucket>(new S3WorkBucket(connection));
        return services;
    }
}
