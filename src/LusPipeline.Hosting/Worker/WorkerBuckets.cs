using LusPipeline.Buckets;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Worker;

/// <summary>Registers the bucket, and the archive where videos come from one, among a worker's services.</summary>
internal static class WorkerBuckets
{
    /// <summary>
    /// Bytes of clips that a worker with several stages keeps in memory, so that it need not fetch them from the bucket: about a dozen clips for
    /// Xception.
    /// </summary>
    private const long OwnBytes = 64 << 20;

    /// <exception cref="Core.Outcomes.BrokenEngineException">A file of certificates cannot be read.</exception>
    /// <exception cref="ConfigurationException">Videos come from an archive, and a setting for that is missing.</exception>
    public static IServiceCollection AddWorkerBuckets(this IServiceCollection services, LoadedSettings settings, StageSet stages)
    {
        var connection = new S3Connection(settings.Get<S3Options>());
        services.AddSingleton(_ => connection);
        services.AddSingleton(new S3VideoBucket(connection, TimeProvider.System));
        var (reads, stores) = (settings.ReadsArchive(stages), settings.StoresReports(stages));
        if (reads || stores)
        {
            var archive = ArchiveSettings.Connect(settings);
            services.AddSingleton(_ => archive);
            if (stores)
                services.AddSingleton(new ArchiveStore(archive));
            if (reads)
                services.AddSingleton<IVideoBucket>(ArchiveSettings.Bucket(settings, archive));
        }
        if (!reads)
            services.AddSingleton<IVideoBucket>(provider => provider.GetRequiredService<S3VideoBucket>());
        services.AddSingleton(new ResultKeys(settings.Get<S3Options>()));
        services.AddSingleton<IWorkBucket>(_ => stages is StageSet.Ingest or StageSet.Features or StageSet.Sequence
            ? new S3WorkBucket(connection)
            : new RecentObjects(new S3WorkBucket(connection), TimeProvider.System, OwnBytes));
        return services;
    }
}
