using LusPipeline.Buckets;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Http;
using LusPipeline.Hosting.Results;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Hosting.Worker;

/// <summary>Announces completed studies. It writes the result into the bucket, stores the report if one is wanted, publishes the public event, and then notes in the ledger that it did.</summary>
internal sealed class StudyAnnouncer(
    StudyAnnouncements announcements, ResultReader results, ResultKeys keys, IVideoBucket bucket, IWorkBucket work, StoredReports reports, BrokerEvents events)
{
    private const int MaxStudies = 200;
    private const int MaxParallel = 8;

    public async Task AnnounceAsync(LoopBeat beat, CancellationToken cancellation)
    {
        var due = await announcements.DueAsync(MaxStudies, cancellation).ConfigureAwait(false);
        await Parallel.ForEachAsync(
            due, new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellation },
            async (study, stopping) =>
            {
                await AnnounceAsync(study, stopping).ConfigureAwait(false);
                beat.Beat();
            }).ConfigureAwait(false);
    }

    private async Task AnnounceAsync(StudyToAnnounce due, CancellationToken cancellation)
    {
        var found = await results.StudiesAsync([due.StudyId], null, cancellation).ConfigureAwait(false);
        if (found is not [var study] || study.Revision != due.Revision)
            return;
        var key = keys.KeyOf(due.Bucket, study.Study, study.StudyId);
        await WriteAsync(study, key, cancellation).ConfigureAwait(false);
        if (!await announcements.IsDueAsync(study, cancellation).ConfigureAwait(false))
        {
            await CorrectAsync(study, key).ConfigureAwait(false);
            return;
        }
        await reports.StoreAsync(study, cancellation).ConfigureAwait(false);
        var completed = study.CompletedAt ?? study.FirstSeenAt;
        if (study.Result is { } result)
        {
            await events.PublishAsync(
                new StudyCompleted(
                    StudyCompleted.CurrentVersion, study.StudyId, study.StudyDay, bucket.Name, study.Study, study.Revision, result.Diagnosis.Name(),
                    result.Probabilities, result.Spread, result.Uncertain, study.Videos.Count, study.Count(WorkStatus.Rejected),
                    study.Count(WorkStatus.Failed) + study.Count(WorkStatus.Cancelled), key, study.TraceId, completed),
                StudyCompleted.RoutingKey, study.StudyId, cancellation).ConfigureAwait(false);
        }
        else
        {
            var reasons = study.Videos.GroupBy(video => video.Reason ?? video.Status).ToDictionary(group => group.Key, group => group.Count());
            await events.PublishAsync(
                new StudyFailed(
                    StudyFailed.CurrentVersion, study.StudyId, study.StudyDay, bucket.Name, study.Study, study.Revision, reasons, key, study.TraceId, completed),
                StudyFailed.RoutingKey, study.StudyId, cancellation).ConfigureAwait(false);
        }
        await announcements.AnnouncedAsync(study, cancellation).ConfigureAwait(false);
    }

    private async Task WriteAsync(StudyResult study, string key, CancellationToken cancellation)
    {
        await using var writer = await work.CreateAsync(key, cancellation).ConfigureAwait(false);
        await writer.WriteAsync(StudyReport.From(study).ToUtf8(), cancellation).ConfigureAwait(false);
        await writer.CommitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Corrects a result object that was written too late, because this process was paused: the study was erased, or completed again and
    /// announced by another worker. A stop does not interrupt this, because nothing else would do it.
    /// </summary>
    private async Task CorrectAsync(StudyResult late, string key)
    {
        var found = await results.StudiesAsync([late.StudyId], null, CancellationToken.None).ConfigureAwait(false);
        if (found is not [var study])
            await work.DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
        else if (study.Revision > late.Revision)
            await WriteAsync(study, key, CancellationToken.None).ConfigureAwait(false);
    }
}
