using System.Runtime.CompilerServices;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.DicomWeb;

/// <summary>
/// The loops of a DICOM archive. A key is made of hashes: <c>STUDY/INSTANCE.dcm</c>. The tag is the way back, sealed with the installation's key. An archive
/// shows an instance when it has all of it, and an instance never changes (PS3.3), so it is complete when it is listed.
/// </summary>
/// <remarks>
/// Every method throws <see cref="BucketUnavailableException"/> in an outage, and <see cref="BrokenEngineException"/> if the archive refuses all requests.
/// </remarks>
/// <param name="connection">The connection to the archive. This class does not dispose it.</param>
/// <param name="name">The name of the bucket that ids are computed from.</param>
/// <param name="key">Hashes and seals UIDs.</param>
/// <param name="clock">Gives the day from which recent study dates are counted.</param>
/// <param name="maxBytes">Larger instances are rejected.</param>
public sealed class ArchiveVideoBucket(ArchiveConnection connection, string name, InstallationKey key, TimeProvider clock, long maxBytes) : IVideoBucket
{
    /// <summary>An instance's content is named by its UID, which the key has.</summary>
    private const string Content = "sop-instance";

    /// <summary>SOP classes of objects without pixels, by the beginning of their UIDs (PS3.4, annex B): reports, presentation states, documents, raw data, waveforms.</summary>
    private static readonly string[] WithoutPixels =
        [.. new[] { "88.", "11.", "104.", "66", "67", "9." }.Select(end => $"1.2.840.10008.5.1.4.1.1.{end}")];

    private readonly ArchiveSearch _search = new(connection);
    private readonly InstanceDownload _download = new(connection);

    /// <summary>The series of the last listing, with their size then.</summary>
    private Dictionary<string, (int Instances, List<BucketObject> Objects)> _listed = [];

    public string Name => name;

    /// <summary>Whether a tag is one of an archive's objects.</summary>
    public static bool Holds(string tag) => ArchiveReference.Is(tag);

    /// <summary>Returns the bucket's name and <c>dicomweb</c>: the same loops as files belong to other studies.</summary>
    public string NameOf(BucketObject item) => $"{name}/dicomweb";

    public IAsyncEnumerable<BucketObject> ListAsync(CancellationToken cancellation)
    {
        DateOnly? recent = connection.Options.WatchDays is { } days ? DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-days) : null;
        return ListAsync(connection.Options.Since is { } since && !(since < recent) ? since : recent, remember: true, cancellation);
    }

    public IAsyncEnumerable<BucketObject> ListAllAsync(CancellationToken cancellation) => ListAsync(connection.Options.Since, remember: false, cancellation);

    public Task<string> ContentAsync(BucketObject item, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Reason is { } reason ? throw new RejectedException(reason, item.Detail ?? "") : Task.FromResult(Content);
    }

    /// <summary>Reads the instance from its start up to the wanted part, because the standard has no ranges.</summary>
    public async Task<int> ReadAsync(string key, string tag, long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        var (skipped, filled) = (0L, 0);
        await _download.ReadAsync(
            Reference(tag), long.MaxValue, () => (skipped, filled) = (0, 0),
            piece =>
            {
                var skip = (int)Math.Min(offset - skipped, piece.Length);
                skipped += skip;
                var wanted = piece[skip..][..Math.Min(piece.Length - skip, buffer.Length - filled)];
                wanted.CopyTo(buffer[filled..]);
                filled += wanted.Length;
                return ValueTask.FromResult(filled < buffer.Length);
            },
            cancellation).ConfigureAwait(false);
        return filled;
    }

    public async Task<LocalVideo> FetchAsync(string key, string tag, string localPath, CancellationToken cancellation)
    {
        var reference = Reference(tag);
        var file = DownloadedFile.Create(localPath);
        try
        {
            await using (file.ConfigureAwait(false))
            {
                await _download.ReadAsync(reference, maxBytes, file.Restart, piece => file.WriteAsync(piece, cancellation), cancellation).ConfigureAwait(false);
                return new LocalVideo(localPath, file.Length, held: null);
            }
        }
        catch
        {
            File.Delete(localPath);
            throw;
        }
    }

    private async IAsyncEnumerable<BucketObject> ListAsync(DateOnly? since, bool remember, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var listed = new Dictionary<string, (int Instances, List<BucketObject> Objects)>();
        await foreach (var series in _search.SeriesAsync(since, cancellation).ConfigureAwait(false))
        {
            var objects = remember && _listed.TryGetValue(series.SeriesUid, out var before) && before.Instances == series.Instances
                ? before.Objects
                : await InstancesAsync(series, cancellation).ConfigureAwait(false);
            if (remember && series.Instances is { } instances && instances == objects.Count)
                listed[series.SeriesUid] = (instances, objects);
            foreach (var item in objects)
                yield return item;
        }
        if (remember)
            _listed = listed;
    }

    private async Task<List<BucketObject>> InstancesAsync(FoundSeries series, CancellationToken cancellation)
    {
        var objects = new List<BucketObject>();
        await foreach (var instance in _search.InstancesAsync(series, cancellation).ConfigureAwait(false))
            objects.Add(Object(series, instance));
        return objects;
    }

    private BucketObject Object(FoundSeries series, FoundInstance instance)
    {
        var loop = key.Identify(series.StudyUid, instance.InstanceUid);
        var tag = new ArchiveReference(series.StudyUid, series.SeriesUid, instance.InstanceUid).Seal(key);
        return new BucketObject($"{loop.Study}/{loop.Instance}.dcm", BucketObject.UnknownSize, DateTime.UnixEpoch, tag)
        {
            Loop = loop,
            Skipped = WithoutPixels.Any(start => instance.ClassUid?.StartsWith(start, StringComparison.Ordinal) == true),
            Reason = instance.Frames == 1 ? ReasonCode.TooFewFrames : null,
            Detail = instance.Frames == 1 ? "It has 1 frame; a video has at least 2." : null,
        };
    }

    private ArchiveReference Reference(string tag) => ArchiveReference.Open(tag, key) ?? throw new TransientException(
        ReasonCode.Unreadable, "It was not found in this archive, or under another Dicom:Key than now.");
}
