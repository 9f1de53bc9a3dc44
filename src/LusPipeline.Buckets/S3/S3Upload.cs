using System.Text;
using Amazon.S3;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>Uploads files into the bucket as a user would: below a watched prefix, where workers find them.</summary>
/// <param name="connection">The connection to the bucket. This class does not dispose it.</param>
/// <param name="clock">Gives the day of a prefix that contains it.</param>
public sealed class S3Upload(S3Connection connection, TimeProvider clock)
{
    /// <summary>The longest key that S3 allows, in bytes.</summary>
    private const int MostKeyBytes = 1024;

    private readonly S3Sending _sending = new(connection);

    /// <summary>Uploads one file, and replaces an object that is there.</summary>
    /// <param name="path">A file on this machine. It is not changed.</param>
    /// <param name="study">The study's name: one segment of a key.</param>
    /// <param name="video">The video's name: one or more segments.</param>
    /// <param name="urgent">Whether the file goes below the first urgent prefix instead of the first routine one.</param>
    /// <param name="cancellation">Ends the upload. No object is then written.</param>
    /// <returns>The object's whole key.</returns>
    /// <exception cref="ArgumentException">
    /// A watcher would not find the object under this study and video name, or there is no urgent prefix.
    /// </exception>
    /// <exception cref="BucketUnavailableException">The bucket does not answer.</exception>
    /// <exception cref="BrokenEngineException">The bucket refuses the object, or the file cannot be read.</exception>
    public async Task<string> PutAsync(string path, string study, string video, bool urgent, CancellationToken cancellation)
    {
        var key = KeyOf(study, video, urgent);
        await _sending.FileAsync(key, path, cancellation).ConfigureAwait(false);
        return key;
    }

    /// <summary>Whether the object that <see cref="PutAsync"/> would write already exists with this content. Size and ETag are compared.</summary>
    /// <remarks>
    /// If the server encrypts an object with a customer's key, its ETag says nothing about its content. Such an object always counts as
    /// different.
    /// </remarks>
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

    /// <summary>Says that no more videos come to a study, by writing the marker object that watchers look for.</summary>
    /// <param name="study">The study's name.</param>
    /// <param name="marker">The name of the marker object below the study, as in the setting <c>Watch:Marker</c>.</param>
    /// <param name="urgent">Whether the study's videos are below the urgent prefix.</param>
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
