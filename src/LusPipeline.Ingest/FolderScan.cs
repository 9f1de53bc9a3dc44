using System.Runtime.CompilerServices;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Ingest.Media;
using LusPipeline.Ingest.Sniffing;
using LusPipeline.Storage.Buckets;
using LusPipeline.Storage.Ledger;

namespace LusPipeline.Ingest;

/// <summary>Turns a bucket's listing into videos to register. Objects that are still being written wait for a later listing.</summary>
public sealed class FolderScan(IVideoBucket bucket, Settling settling, VideoLimits limits, ScratchFolder scratch)
{
    /// <summary>Videos that are registered together.</summary>
    private const int Chunk = 64;

    /// <summary>Listings in which a file may change while it is read.</summary>
    private const int MostTries = 20;

    private readonly Dictionary<string, int> _tries = [];
    private int _later;

    /// <summary>Of the last listing: files that are no videos and do not claim to be.</summary>
    public int Skipped { get; private set; }

    /// <summary>Of the last listing: files that are still being written.</summary>
    public int Waiting => settling.Waiting + _later;

    public async IAsyncEnumerable<IReadOnlyList<SeenVideo>> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        settling.BeginListing();
        Skipped = 0;
        _later = 0;
        var chunk = new List<SeenVideo>(Chunk);
        await foreach (var item in bucket.ListAsync(cancellation).ConfigureAwait(false))
        {
            if (item.Skipped)
                Skipped++;
            else if (settling.IsSettled(item) && await SeeAsync(item, cancellation).ConfigureAwait(false) is { } video)
                chunk.Add(video);
            if (chunk.Count == Chunk)
            {
                yield return chunk;
                chunk = new(Chunk);
            }
        }
        if (chunk.Count > 0)
            yield return chunk;
    }

    private async Task<SeenVideo?> SeeAsync(BucketObject item, CancellationToken cancellation)
    {
        try
        {
            if (item.Reason is { } reason)
                throw new RejectedException(reason, item.Detail ?? "");
            if (!await IsOursAsync(item, cancellation).ConfigureAwait(false))
            {
                Skipped++;
                return null;
            }
            if (item.Size > limits.MaxFileBytes)
                throw new RejectedException(ReasonCode.TooLargeFile, $"It has {item.Size} bytes; the limit is {limits.MaxFileBytes}.");
            return new SeenVideo(bucket.Name, item.Key, await bucket.ContentAsync(item, cancellation).ConfigureAwait(false), item.Tag, item.Size);
        }
        catch (RejectedException rejected) when (VideoClaims.Claim(item.Key))
        {
            return new SeenVideo(
                bucket.Name, item.Key, $"{rejected.Reason}:{item.Tag}", item.Tag, item.Size, new Rejection(rejected.Reason, rejected.Message));
        }
        catch (RejectedException)
        {
            Skipped++;
            return null;
        }
        catch (TransientException unsettled)
        {
            return Later(item, unsettled);
        }
    }

    /// <summary>A file that changes while it is read, or a disk that stutters: seen by a later listing, or rejected in the end.</summary>
    private SeenVideo? Later(BucketObject item, TransientException unsettled)
    {
        var tries = _tries[item.Key] = _tries.GetValueOrDefault(item.Key) + 1;
        if (tries < MostTries)
        {
            _later++;
            return null;
        }
        return new SeenVideo(
            bucket.Name, item.Key, $"{unsettled.Reason}:{item.Tag}", item.Tag, item.Size,
            new Rejection(ReasonCode.Unreadable, $"{unsettled.Message} So it was {tries} times."));
    }

    private async Task<bool> IsOursAsync(BucketObject item, CancellationToken cancellation)
    {
        if (VideoClaims.Claim(item.Key))
            return true;
        var id = Guid.NewGuid();
        using var local = await bucket.FetchAsync(item.Key, item.Tag, scratch.PathOf(id), cancellation).ConfigureAwait(false);
        using var source = VideoSource.Open(id, local.Path, scratch.Path);
        return VideoSniffer.Sniff(source.Path, item.Key) is not SniffResult.Skipped;
    }
}
