using System.Security.Cryptography;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Hosting.Checks;

/// <summary>
/// Checks of the S3 bucket: it answers, the objects that a worker of these stages writes can be written, read and deleted, and users' videos can
/// be listed and read in parts where the worker cuts them.
/// </summary>
internal static class BucketChecks
{
    private const string Key = $"{S3Options.Section}:{nameof(S3Options.Name)}";

    public static IEnumerable<Check> All(LoadedSettings settings, StageSet stages)
    {
        if (!settings.IsGiven(Key))
            return [new("bucket", _ => Task.FromResult(CheckOutcome.LeftOut($"{Key} is not set; lus run reads folders")))];
        var options = settings.Get<S3Options>();
        return
        [
            new("bucket", cancellation => ConnectAsync(options, cancellation)),
            new("bucket objects", cancellation => WriteAsync(options, stages, cancellation)),
            .. stages.HasFlag(StageSet.Ingest) ? [new Check("bucket videos", cancellation => ReadAsync(options, cancellation))] : Array.Empty<Check>(),
        ];
    }

    private static async Task<CheckOutcome> ConnectAsync(S3Options options, CancellationToken cancellation)
    {
        using var connection = new S3Connection(options);
        await connection.CheckAsync(cancellation).ConfigureAwait(false);
        return PlainTransport.Passed(
            $"{options.Name} at {options.Endpoint?.GetLeftPart(UriPartial.Authority) ?? $"AWS {options.Region}"}", PlainTransport.Of(options));
    }

    /// <summary>
    /// Writes, reads and deletes an object in the folder of each of the stages, under the key of
    /// a clip that there is not. If this process dies in between, the deletion of orphans finds the object of the ingest stage.
    /// </summary>
    private static async Task<CheckOutcome> WriteAsync(S3Options options, StageSet stages, CancellationToken cancellation)
    {
        var (clip, folders) = (Guid.NewGuid(), new List<string>());
        foreach (var stage in stages.Stages())
        {
            var (folder, key) = stage switch
            {
                Stage.Ingest => (WorkKeys.ClipsPrefix, WorkKeys.ClipFrames(clip)),
                Stage.Features => (WorkKeys.FeaturesPrefix, $"{WorkKeys.FeaturesOf(clip)}check.npy"),
                _ => (WorkKeys.ResultsPrefix, $"{WorkKeys.ResultsPrefix}{clip:D}.check"),
            };
            if (await WhyNotWrittenAsync(options, key, cancellation).ConfigureAwait(false) is { } reason)
                return CheckOutcome.Failed(reason);
            folders.Add($"'{options.WorkPrefix}{folder}'");
        }
        return CheckOutcome.Passed($"written, read and deleted below {string.Join(", ", folders)}");
    }

    private static async Task<string?> WhyNotWrittenAsync(S3Options options, string key, CancellationToken cancellation)
    {
        using var connection = new S3Connection(options);
        var work = new S3WorkBucket(connection);
        var sent = RandomNumberGenerator.GetBytes(100_000);
        await using (var writer = await work.CreateAsync(key, cancellation).ConfigureAwait(false))
        {
            await writer.WriteAsync(sent, cancellation).ConfigureAwait(false);
            await writer.CommitAsync(cancellation).ConfigureAwait(false);
        }
        using (var came = await work.ReadAsync(key, sent.Length, cancellation).ConfigureAwait(false))
        {
            if (came is null || !came.Memory.Span.SequenceEqual(sent))
                return "an object that was just written comes back otherwise. The server has to show an object to every reader once it is written";
        }
        await work.DeleteAsync(key, cancellation).ConfigureAwait(false);
        return await work.ReadAsync(key, sent.Length, cancellation).ConfigureAwait(false) is null
            ? null
            : $"an object that was deleted is still there. If the bucket keeps versions, set {S3Options.Section}:{nameof(S3Options.Versioned)} to true";
    }

    private static async Task<CheckOutcome> ReadAsync(S3Options options, CancellationToken cancellation)
    {
        using var connection = new S3Connection(options);
        var bucket = new S3VideoBucket(connection, TimeProvider.System);
        await foreach (var item in bucket.ListAsync(cancellation).ConfigureAwait(false))
        {
            if (item.Skipped || item.Reason is not null || item.Size < 2)
                continue;
            try
            {
                var half = item.Size / 2;
                var read = await bucket.ReadAsync(item.Key, item.Tag, half, new byte[1], cancellation).ConfigureAwait(false);
                return read == 1
                    ? CheckOutcome.Passed("listed, and one of them read from its middle")
                    : CheckOutcome.Failed("a part of an object cannot be read. The server has to know ranges");
            }
            catch (RejectedException gone) when (gone.Reason == ReasonCode.Vanished)
            {
                // It was deleted between the listing and the reading. The next video will do.
            }
        }
        return CheckOutcome.Passed("listed; there is none yet to read a part of");
    }
}
