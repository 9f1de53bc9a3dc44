using System.Runtime.CompilerServices;
using LusPipeline.Buckets;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Dicom.Loops;
using LusPipeline.Ledger.Moves;
using LusPipeline.Media;
using LusPipeline.Media.Dicom;
using LusPipeline.Media.Sniffing;

namespace LusPipeline.Pipeline.Intake;

/// <summary>Turns a bucket's listing into videos to register. Objects that are still being written are left for a later listing.</summary>
/// <param name="stable">Tells files that are still being written; null for a bucket in which an object appears as a whole.</param>
public sealed class BucketScan(IVideoBucket bucket, StableFiles? stable, VideoLimits limits)
{
    /// <summary>The number of listings in which a file may change while it is read. After that it is rejected.</summary>
    private const int MostTries = 20;

    private readonly Dictionary<string, int> _tries = [];
    private readonly List<ClosedStudy> _closed = [];
    private int _later;

    /// <summary>The number of videos that are registered together.</summary>
    public int Chunk { get; init; } = 64;

    /// <summary>Objects of earlier listings that need no further check; null to check all objects each time.</summary>
    public SeenObjects? Seen { get; init; }

    /// <summary>Name of the marker object of a study, which says that no more videos come; null for none.</summary>
    public string? Marker { get; init; }

    /// <summary>
    /// Returns the key that hashes the UIDs of DICOM objects; null if there is none. DICOM loops then belong to the folder that they lie in, as other videos do.
    /// </summary>
    public Func<InstallationKey>? Key { get; init; }

    /// <summary>The part of DICOM loops that the model sees. Loops are other videos under each.</summary>
    public LoopRegion Region { get; init; }

    /// <summary>The studies whose marker the last listing found for the first time.</summary>
    public IReadOnlyList<ClosedStudy> Closed => _closed;

    /// <summary>The number of files of the last listing that are no videos and do not claim to be.</summary>
    public int Skipped { get; private set; }

    /// <summary>The number of files of the last listing that are still being written.</summary>
    public int Waiting => (stable?.Waiting ?? 0) + _later;

    /// <summary>Lists the bucket and returns its videos in chunks.</summary>
    public IAsyncEnumerable<IReadOnlyList<SeenVideo>> ListAsync(CancellationToken cancellation) => ScanAsync(bucket.ListAsync(cancellation), cancellation);

    /// <param name="listing">A listing of the bucket.</param>
    public async IAsyncEnumerable<IReadOnlyList<SeenVideo>> ScanAsync(
        IAsyncEnumerable<BucketObject> listing, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(listing);
        stable?.BeginListing();
        Seen?.Begin();
        _closed.Clear();
        Skipped = 0;
        _later = 0;
        var chunk = new List<SeenVideo>(Chunk);
        await foreach (var item in listing.WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (Seen?.Has(item) == true)
                continue;
            if (await CheckAsync(item, cancellation).ConfigureAwait(false) is { } video)
                chunk.Add(video with { Urgent = item.Urgent });
            if (chunk.Count == Chunk)
            {
                yield return chunk;
                chunk = new(Chunk);
            }
        }
        if (chunk.Count > 0)
            yield return chunk;
    }

    /// <summary>Whether an object is a study's <see cref="Marker"/>.</summary>
    public bool IsMarker(BucketObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var name = ObjectName.FromKey(item.Key);
        return Marker is not null && name.Video == Marker && name.Study != Marker;
    }

    private async Task<SeenVideo?> CheckAsync(BucketObject item, CancellationToken cancellation)
    {
        if (IsMarker(item))
        {
            _closed.Add(new(LedgerIds.Study(bucket.NameOf(item), ObjectName.FromKey(item.Key).Study), item.Tag));
        }
        else if (item.Skipped)
        {
            Skipped++;
        }
        else
        {
            if (stable?.IsSettled(item) == false)
                return null;
            var later = _later;
            if (await SeeAsync(item, cancellation).ConfigureAwait(false) is { } video)
            {
                Seen?.Add(item);
                return video;
            }
            if (later != _later)
                return null;
        }
        Seen?.Add(item);
        return null;
    }

    private async Task<SeenVideo?> SeeAsync(BucketObject item, CancellationToken cancellation)
    {
        try
        {
            if (item.Reason is { } reason)
                throw new RejectedException(reason, item.Detail ?? "");
            if (item.Loop is { } known)
                return Found(item, await bucket.ContentAsync(item, cancellation).ConfigureAwait(false) + RegionSuffix, known);
            var claims = VideoClaims.Claim(item.Key);
            // A name that claims another format is believed until the video is read.
            var head = !claims || VideoClaims.ClaimDicom(item.Key) ? await HeadAsync(item, cancellation).ConfigureAwait(false) : [];
            var loop = DicomHeader.IsDicom(head) ? await LoopAsync(item, cancellation).ConfigureAwait(false) : null;
            // Without name and prefix, only a data set that can be read is one.
            var isNothing = !claims && (!VideoSniffer.IsOurs(head) || (loop is null && DicomHeader.IsDicom(head) && !DicomHeader.HasPrefix(head)));
            if (loop is { HasPixels: false } || isNothing)
            {
                Skipped++;
                return null;
            }
            if (item.Size > limits.MaxFileBytes)
                throw new RejectedException(ReasonCode.TooLargeFile, $"It has {item.Size} bytes; the limit is {limits.MaxFileBytes}.");
            var content = await bucket.ContentAsync(item, cancellation).ConfigureAwait(false);
            return Found(item, loop is null ? content : content + RegionSuffix, IdentityOf(loop));
        }
        catch (RejectedException rejected) when (VideoClaims.Claim(item.Key))
        {
            return new SeenVideo(
                bucket.NameOf(item), item.Key, $"{rejected.Reason}:{item.Tag}", item.Tag, item.Size, new Rejection(rejected.Reason, rejected.Message));
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

    private string RegionSuffix => LoopContent.Suffix(Region == LoopRegion.All);

    private SeenVideo Found(BucketObject item, string content, LoopIdentity? loop) =>
        new(bucket.NameOf(item), item.Key, content, item.Tag, item.Size) { Loop = loop };

    /// <summary>
    /// Handles a file that changes while it is read, or a disk error that may pass: a later listing tries the file again, and rejects it
    /// after the last try.
    /// </summary>
    private SeenVideo? Later(BucketObject item, TransientException unsettled)
    {
        var tries = _tries[item.Key] = _tries.GetValueOrDefault(item.Key) + 1;
        if (tries < MostTries)
        {
            _later++;
            return null;
        }
        return new SeenVideo(
            bucket.NameOf(item), item.Key, $"{unsettled.Reason}:{item.Tag}", item.Tag, item.Size,
            new Rejection(ReasonCode.Unreadable, $"{unsettled.Message} So it was {tries} times."));
    }

    private async Task<byte[]> HeadAsync(BucketObject item, CancellationToken cancellation)
    {
        var head = new byte[VideoSniffer.HeadBytes];
        var read = await bucket.ReadAsync(item.Key, item.Tag, 0, head, cancellation).ConfigureAwait(false);
        return head[..read];
    }

    /// <returns>Null for a malformed object that claims to be a video. Reading it will say what is wrong.</returns>
    private async Task<LoopHeader?> LoopAsync(BucketObject item, CancellationToken cancellation)
    {
        try
        {
            return await LoopHeader.ReadAsync(
                item.Size, (offset, buffer, stopping) => bucket.ReadAsync(item.Key, item.Tag, offset, buffer, stopping), cancellation).ConfigureAwait(false);
        }
        catch (RejectedException malformed) when (malformed.Reason is not (ReasonCode.Vanished or ReasonCode.Unreadable or ReasonCode.OutsideBucket))
        {
            return null;
        }
    }

    private LoopIdentity? IdentityOf(LoopHeader? loop) =>
        loop is { StudyUid: { } study, InstanceUid: { } instance } ? Key?.Invoke().Identify(study, instance) : null;
}
