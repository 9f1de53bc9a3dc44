using System.Security.Cryptography;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Hosting.Checks;

/// <summary>The S3 bucket: that it answers, takes, gives and deletes our own objects, and lets users' videos be listed and read in parts.</summary>
internal static class BucketChecks
{
    private const string Key = $"{S3Options.Section}:{nameof(S3Options.Name)}";

    public static IEnumerable<Check> All(LoadedSettings settings)
    {
        if (!settings.IsGiven(Key))
            return [new("bucket", _ => Task.FromResult(CheckOutcome.LeftOut($"{Key} is not set; lus run reads folders")))];
        var options = settings.Get<S3Options>();
        return
        [
            new("bucket", cancellation => ConnectAsync(options, cancellation)),
            new("bucket objects", cancellation => WriteAsync(options, cancellation)),
            new("bucket videos", cancellation => ReadAsync(options, cancellation)),
        ];
    }

    private static async Task<CheckOutcome> ConnectAsync(S3Options options, CancellationToken cancellation)
    {
        using var connection = new S3Connection(options);
        await connection.CheckAsync(cancellation).ConfigureAwait(false);
        return CheckOutcome.Passed($"{options.Name} at {options.Endpoint?.GetLeftPart(UriPartial.Authority) ?? $"AWS {options.Region}"}");
    }

    /// <summary>Under a clip's key that no clip has: should we die in the middle, the search for orphans finds it.</summary>
    private static async Task<CheckOutcome> WriteAsync(S3Options options, CancellationToken cancellation)
    {
        using var connection = new S3Connection(options);
        var key = WorkKeys.ClipFrames(Guid.NewGuid());
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
                return CheckOutcome.Failed("an object that was just written comes back otherwise. The server has to show an object to every reader once it is written");
        }
        await work.DeleteAsync(key, cancellation).ConfigureAwait(false);
        return await work.ReadAsync(key, sent.Length, cancellation).ConfigureAwait(false) is null
            ? CheckOutcome.Passed($"written, read and deleted below '{options.WorkPrefix}{WorkKeys.ClipsPrefix}'")
            : CheckOutcome.Failed($"an object that was deleted is still there. If the bucket keeps versions, set {S3Options.Section}:{nameof(S3Options.Versioned)} to true");
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
                // It went between the listing and the reading; the next one will do.
            }
        }
        return CheckOutcome.Passed("listed; there is none yet to read a part of");
    }
}
