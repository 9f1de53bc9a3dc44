using System.Text;
using Amazon.S3;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>Puts files into the bucket as a user's upload would: below a watched prefix, where workers find them.</summary>
/// <param name="connection">Stays the caller's.</param>
/// <param name="clock">Tells the day of a prefix that holds it.</param>
public sealed class S3Upload(S3Connection connection, TimeProvider clock)
{
    /// <summary>S3's longest key.</summary>
    private const int MostKeyBytes = 1024;

    private readonly S3Sending _sending = new(connection);

    /// <summary>Puts one file, in place of an object that is there.</summary>
    /// <param name="path">A file on this machine; it stays.</param>
    /// <param name="study">The study's name: one segment of a key.</param>
    /// <param name="video">The video's name: one or more segments.</param>
    /// <param name="urgent">Below the first urgent prefix instead of the first routine one.</param>
    /// <param name="cancellation">Ends it; then nothing is there.</param>
    /// <returns>The object's whole key.</returns>
    /// <exception cref="ArgumentException">A name that would not be found again as this study and video, or there is no urgent prefix.</exception>
    /// <exception cref="BucketUnavailableException">The bucket does not answer.</exception>
    /// <exception cref="BrokenEngineException">The bucket refuses it, or the file cannot be read.</exception>
    public async Task<string> PutAsync(string path, string study, string video, bool urgent, CancellationToken cancellation)
    {
        var key = KeyOf(study, video, urgent);
        await _sending.FileAsync(key, path, cancellation).ConfigureAwait(false);
        return key;
    }

    /// <summary>Whether the object that <see cref="PutAsync"/> would write is there with this content, going by size and ETag.</summary>
    /// <remarks>The ETag of an object that the server encrypts with a key of its user's tells nothing: such an object is never the same.</remarks>
    /// <inheritdoc cref="PutAsync"/>
    public async Task<bool> HasAsync(string path, string study, string video, bool urgent, CancellationToken cancellation)
    {
        var key = KeyOf(study, video, urgent);
        try
        {
            var there = await connection.CallAsync(() => connection.Client.GetObjectMetadataAsync(connection.Bucket, key, cancellation), cancellation).ConfigureAwait(false);
            return there.ContentLength == new FileInfo(path).Length
                && there.ETag.Trim('"') == await FileETag.OfAsync(path, cancellation).ConfigureAwait(false);
        }
        catch (AmazonS3Exception answer) when (S3Fault.IsMissing(answer))
        {
            return false;
        }
    }

    /// <summary>Says that nothing more comes to a study, by the object that watchers look for.</summary>
    /// <param name="study">The study's name.</param>
    /// <param name="marker">The object's name below it, as <c>Watch:Marker</c> has it.</param>
    /// <param name="urgent">Where the study's videos are.</param>
    /// <inheritdoc cref="PutAsync"/>
    public Task CompleteAsync(string study, string marker, bool urgent, CancellationToken cancellation)
    {
        CheckSegment(study, nameof(study));
        ArgumentException.ThrowIfNullOrEmpty(marker);
        return _sending.PutAsync($"{Place(urgent)}{study}/{marker}", Stream.Null, cancellation);
    }

    private string KeyOf(string study, string video, bool urgent)
    {
        CheckSegment(study, nameof(study));
        ArgumentNullException.ThrowIfNull(video);
        foreach (var segment in video.Split('/'))
            CheckSegment(segment, nameof(video));
        var key = $"{Place(urgent)}{study}/{video}";
        return Encoding.UTF8.GetByteCount(key) <= MostKeyBytes
            ? key
            : throw new ArgumentException($"The names of the study and the video are too long together: a key has at most {MostKeyBytes} bytes.", nameof(video));
    }

    private string Place(bool urgent)
    {
        var place = connection.Options.Watched().FirstOrDefault(prefix => prefix.Urgent == urgent)
            ?? throw new ArgumentException($"There is no prefix for urgent videos: set {S3Options.Section}:{nameof(S3Options.UrgentPrefixes)}:0.", nameof(urgent));
        return place.On(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime));
    }

    private static void CheckSegment(string segment, string name)
    {
        ArgumentNullException.ThrowIfNull(segment, name);
        if (segment.Length == 0 || segment.Contains('/', StringComparison.Ordinal))
            throw new ArgumentException($"The name of a {name} is neither empty nor has it '/' at its ends or twice in a row.", name);
        if (segment[0] == '.')
            throw new ArgumentException($"'{segment}' begins with '.': hidden objects are not watched.", name);
    }
}
