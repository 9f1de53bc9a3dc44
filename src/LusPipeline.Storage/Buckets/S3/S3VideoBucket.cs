using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Storage.Buckets.S3;

/// <summary>
/// Videos below the watched prefixes of an S3 bucket. A key is what comes after the prefix; the tag holds the prefix, the ETag and the
/// version, so that the object is found again whatever the configuration says by then. An object appears whole: it is settled when listed.
/// </summary>
/// <remarks>Every method throws <see cref="BucketUnavailableException"/> in an outage, and <see cref="BrokenEngineException"/> when the bucket refuses us as a whole.</remarks>
public sealed class S3VideoBucket : IVideoBucket
{
    private readonly S3Connection connection;
    private readonly S3Listing listing;
    private readonly S3Download download;
    private readonly IReadOnlyList<WatchPrefix> watched;
    private readonly TimeProvider clock;

    /// <param name="connection">Stays the caller's.</param>
    /// <param name="clock">Tells the day of prefixes that hold it.</param>
    public S3VideoBucket(S3Connection connection, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(connection);
        this.connection = connection;
        this.clock = clock;
        listing = new S3Listing(connection);
        download = new S3Download(connection, anothers: true);
        watched = connection.Options.Watched();
    }

    public string Name => connection.Options.IdentityName;

    /// <summary>The bucket's name and the watched prefix: <c>lung/incoming</c>, <c>lung/incoming/2026/01/31</c>.</summary>
    public string NameOf(BucketObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return $"{Name}/{S3Tag.Parse(item.Tag).Prefix.TrimEnd('/')}";
    }

    public async IAsyncEnumerable<BucketObject> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var (prefix, below) in watched.SelectMany(Recent, (prefix, below) => (prefix, below)))
        {
            await foreach (var item in listing.CurrentAsync(below, cancellation).ConfigureAwait(false))
            {
                if (Object(item, below, prefix.Urgent) is { } found)
                    yield return found;
            }
        }
    }

    public async IAsyncEnumerable<BucketObject> ListAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var prefix in watched)
        {
            await foreach (var item in listing.CurrentAsync(prefix.Fixed, cancellation).ConfigureAwait(false))
            {
                if (prefix.Of(item.Key ?? item.Encoded) is { } below && Object(item, below, prefix.Urgent) is { } found)
                    yield return found;
            }
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
        return await OfOneAsync(() => download.ReadAsync(request, offset, buffer, cancellation)).ConfigureAwait(false);
    }

    /// <summary>Downloads the object. A connection that breaks in the middle is taken up again where it broke.</summary>
    public async Task<LocalVideo> FetchAsync(string key, string tag, string localPath, CancellationToken cancellation)
    {
        var request = Request(key, tag);
        var size = await OfOneAsync(() => download.ToFileAsync(request, localPath, cancellation)).ConfigureAwait(false);
        return new LocalVideo(localPath, size, held: null);
    }

    private IEnumerable<string> Recent(WatchPrefix prefix)
    {
        if (!prefix.IsDated)
            return [prefix.Fixed];
        var tomorrow = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(1);
        return Enumerable.Range(0, connection.Options.WatchDays + 2).Select(days => prefix.On(tomorrow.AddDays(-days))).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
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
            BucketName = connection.Bucket,
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
