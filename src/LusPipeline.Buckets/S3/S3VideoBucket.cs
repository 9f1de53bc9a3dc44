using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;

namespace LusPipeline.Buckets.S3;

/// <summary>
/// Videos below the watched prefixes of an S3 bucket. A key is what comes after the prefix; the tag holds the prefix, the ETag and the
/// version, so that the object is found again whatever the configuration says by then. An object appears whole: it is settled when listed.
/// </summary>
/// <remarks>Every method throws <see cref="BucketUnavailableException"/> in an outage, and <see cref="BrokenEngineException"/> when the bucket refuses us as a whole.</remarks>
public sealed class S3VideoBucket : IVideoBucket
{
    /// <summary>S3 takes no longer ones.</summary>
    public const int MostKeyBytes = 1_024;

    private readonly S3Connection _connection;
    private readonly S3Listing _listing;
    private readonly S3Download _download;
    private readonly IReadOnlyList<WatchPrefix> _watched;
    private readonly TimeProvider _clock;

    /// <param name="connection">Stays the caller's.</param>
    /// <param name="clock">Tells the day of prefixes that hold it.</param>
    public S3VideoBucket(S3Connection connection, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _connection = connection;
        _clock = clock;
        _listing = new S3Listing(connection);
        _download = new S3Download(connection, anothers: true);
        _watched = connection.Options.Watched();
    }

    public string Name => _connection.Options.IdentityName;

    /// <summary>The bucket's name and the watched prefix: <c>lung/incoming</c>, <c>lung/incoming/2026/01/31</c>.</summary>
    public string NameOf(BucketObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return $"{Name}/{S3Tag.Parse(item.Tag).Prefix.TrimEnd('/')}";
    }

    public async IAsyncEnumerable<BucketObject> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var (prefix, below) in _watched.SelectMany(Recent, (prefix, below) => (prefix, below)))
        {
            await foreach (var item in _listing.CurrentAsync(below, cancellation).ConfigureAwait(false))
            {
                if (Object(item, below, prefix.Urgent) is { } found)
                    yield return found;
            }
        }
    }

    public async IAsyncEnumerable<BucketObject> ListAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var prefix in _watched)
        {
            await foreach (var item in _listing.CurrentAsync(prefix.Fixed, cancellation).ConfigureAwait(false))
            {
                if (prefix.Match(item.Key ?? item.Encoded) is { } below && Object(item, below, prefix.Urgent) is { } found)
                    yield return found;
            }
        }
    }

    /// <summary>What a listing would give of one object of the bucket, by its whole key, which may be anything.</summary>
    /// <returns>Null when no watched prefix has it, on whatever day, or there is no such object.</returns>
    public async Task<BucketObject?> FindAsync(string key, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (Encoding.UTF8.GetByteCount(key) > MostKeyBytes || _watched.FirstOrDefault(prefix => prefix.Match(key) is not null) is not { } prefix)
            return null;
        try
        {
            return await _listing.OneAsync(key, cancellation).ConfigureAwait(false) is { } item ? Object(item, prefix.Match(key)!, prefix.Urgent) : null;
        }
        catch (Exception answer) when (answer is AmazonS3Exception or BucketUnavailableException { InnerException: AmazonUnmarshallingException or XmlException })
        {
            // An answer about this key alone, or one that repeats it in XML that cannot: a listing finds what there is of it.
            return null;
        }
    }

    /// <summary>The objects of the study that an object belongs to.</summary>
    public async IAsyncEnumerable<BucketObject> ListStudyAsync(BucketObject item, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(item);
        var prefix = S3Tag.Parse(item.Tag).Prefix;
        await foreach (var one in _listing.CurrentAsync($"{prefix}{ObjectName.FromKey(item.Key).Study}/", cancellation).ConfigureAwait(false))
        {
            if (Object(one, prefix, item.Urgent) is { } found)
                yield return found;
        }
    }

    public Task<string> ContentAsync(BucketObject item, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Reason is { } reason ? throw new RejectedException(reason, item.Detail ?? "") : Task.FromResult(S3Tag.Parse(item.Tag).Content);
    }

    public async Task<int> ReadAsync(string key, string tag, long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        if (buffer.IsEmpty)
            return 0;
        var request = Request(key, tag);
        return await OfOneAsync(() => _download.ReadAsync(request, offset, buffer, cancellation)).ConfigureAwait(false);
    }

    /// <summary>Downloads the object. A connection that breaks in the middle is taken up again where it broke.</summary>
    public async Task<LocalVideo> FetchAsync(string key, string tag, string localPath, CancellationToken cancellation)
    {
        var request = Request(key, tag);
        var size = await OfOneAsync(() => _download.ToFileAsync(request, localPath, cancellation)).ConfigureAwait(false);
        return new LocalVideo(localPath, size, held: null);
    }

    private IEnumerable<string> Recent(WatchPrefix prefix)
    {
        if (!prefix.IsDated)
            return [prefix.Fixed];
        var tomorrow = DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime).AddDays(1);
        return Enumerable.Range(0, _connection.Options.WatchDays + 2).Select(days => prefix.On(tomorrow.AddDays(-days))).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    /// <returns>Null for what only stands for a folder.</returns>
    private static BucketObject? Object(S3Listed item, string prefix, bool urgent)
    {
        var key = (item.Key ?? item.Encoded)[prefix.Length..];
        if (key.Length == 0 || (key.EndsWith('/') && item.Size == 0))
            return null;
        var listed = new BucketObject(key, item.Size, item.Modified, new S3Tag(item.ETag, item.Version, prefix).ToString()) { Urgent = urgent };
        if (item.Key is null)
            return listed with { Reason = ReasonCode.Unreadable, Detail = "Its key is not valid UTF-8: upload it under another." };
        return key[0] == '.' || key.Contains("/.", StringComparison.Ordinal) ? listed with { Skipped = true } : listed;
    }

    private GetObjectRequest Request(string key, string tag)
    {
        var meant = S3Tag.Parse(tag);
        return new GetObjectRequest
        {
            BucketName = _connection.Bucket,
            Key = meant.Prefix + key,
            EtagToMatch = meant.Quoted,
            VersionId = meant.Version.Length == 0 ? null : meant.Version,
        };
    }

    private static async Task<T> OfOneAsync<T>(Func<Task<T>> request)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (AmazonS3Exception answer)
        {
            throw (int)answer.StatusCode switch
            {
                412 => new RejectedException(ReasonCode.Vanished, "It was replaced after it was listed."),
                _ when S3Fault.IsMissing(answer) => new RejectedException(ReasonCode.Vanished, "It is gone."),
                _ when answer.ErrorCode == "InvalidObjectState" => new RejectedException(ReasonCode.Unreadable, "It is archived: restore it first."),
                _ when S3Fault.IsDenied(answer) => new RejectedException(ReasonCode.Unreadable, "It may not be read."),
                _ => new TransientException(ReasonCode.Unreadable, $"The bucket does not give it ({answer.ErrorCode}, HTTP {(int)answer.StatusCode}).", answer),
            };
        }
    }
}
