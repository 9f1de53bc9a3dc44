using System.Runtime.CompilerServices;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;

namespace LusPipeline.Buckets.S3;

/// <summary>
/// The videos below the watched prefixes of an S3 bucket. A key is the part after the prefix. The tag contains the prefix, the ETag and the
/// version, so the object is found again even after the settings change. An object becomes visible as a whole, so it is complete when it is
/// listed.
/// </summary>
/// <remarks>
/// Every method throws <see cref="BucketUnavailableException"/> in an outage, and <see cref="BrokenEngineException"/> if the bucket refuses
/// all requests.
/// </remarks>
public sealed class S3VideoBucket : IVideoBucket
{
    /// <summary>The longest key that S3 allows, in bytes.</summary>
    public const int MostKeyBytes = 1_024;

    private readonly S3Connection _connection;
    private readonly S3Listing _listing;
    private readonly S3Download _download;
    private readonly IReadOnlyList<WatchPrefix> _watched;
    private readonly TimeProvider _clock;

    /// <param name="connection">The connection to the bucket. This class does not dispose it.</param>
    /// <param name="clock">Gives the day of prefixes that contain it.</param>
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

    /// <summary>Returns the bucket's name and the watched prefix: <c>lung/incoming</c>, <c>lung/incoming/2026/01/31</c>.</summary>
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

    /// <summary>Returns what a listing would return for one object of the bucket. The whole key may be any text.</summary>
    /// <returns>Null if the key is below no watched prefix of any day, or if there is no such object.</returns>
    public async Task<BucketObject?> FindAsync(string key, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (Encoding.UTF8.GetByteCount(key) > MostKeyBytes || _watched.FirstOrDefault(prefix => prefix.Match(key) is not null) is not { } prefix)
            return null;
        try
        {
            return await _listing.OneAsync(key, cancellation).ConfigureAwait(false) is { } item ? Object(item, prefix.Match(key)!, prefix.Urgent) : null;
        }
        catch (Exception answer) when (answer is AmazonS3Exception || (answer is BucketUnavailableException && S3Fault.IsUnreadable(answer.InnerException)))
        {
            // The error concerns only this key, or the server repeats the key in invalid XML. A listing finds the object if it exists.
            return null;
        }
    }

    /// <summary>Lists the objects of the study that an object belongs to.</summary>
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

    /// <summary>Downloads the object. If the connection breaks, the download continues where it stopped.</summary>
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

    /// <returns>Null for an object that only represents a folder, and for one that was not asked for.</returns>
    private static BucketObject? Object(S3Listed item, string prefix, bool urgent)
    {
        var whole = item.Key ?? item.Encoded;
        if (!whole.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        var key = whole[prefix.Length..];
        if (key.Length == 0 || (key.EndsWith('/') && item.Size == 0))
            return null;
        var listed = new BucketObject(key, item.Size, item.Modified, new S3Tag(item.ETag, item.Version, prefix).ToString()) { Urgent = urgent };
        if (item.Key is null)
            return listed with { Reason = ReasonCode.Unreadable, Detail = "Its key is not valid UTF-8, or has a NUL: upload it under another." };
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
