using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>
/// A video as ffprobe and ffmpeg see it: a link in scratch named by the video's id, so that no name of a user's ever stands on a
/// command line or in a message of theirs. Disposing removes the link.
/// </summary>
public sealed class VideoSource : IDisposable
{
    private readonly string _target;
    private readonly long _length;
    private readonly DateTime _modified;

    private VideoSource(string path, string target, long length, DateTime modified)
    {
        Path = path;
        _target = target;
        _length = length;
        _modified = modified;
    }

    /// <summary>The link.</summary>
    public string Path { get; }

    /// <param name="video">The video's id, which names the link.</param>
    /// <param name="file">The video on this machine.</param>
    /// <param name="scratchFolder">An existing folder of our own.</param>
    /// <exception cref="RejectedException">The file is gone (<c>vanished</c>) or may not be read (<c>unreadable</c>).</exception>
    public static VideoSource Open(Guid video, string file, string scratchFolder)
    {
        var target = System.IO.Path.GetFullPath(file);
        var info = SourceFiles.Regular(target);
        // Pipes and devices have no length, and opening one may wait for ever.
        if (info.Length > 0)
            SourceFiles.OpenForReading(target).Dispose();
        var link = System.IO.Path.Combine(System.IO.Path.GetFullPath(scratchFolder), $"{video:N}.{Guid.NewGuid():N}");
        try
        {
            File.CreateSymbolicLink(link, target);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ScratchFault.Wrap(exception);
        }
        return new VideoSource(link, target, info.Length, info.LastWriteTimeUtc);
    }

    /// <summary>After a good decode: it counts unless the file was written to meanwhile. A file that is only gone was still read whole.</summary>
    /// <exception cref="RejectedException">The file changed.</exception>
    public void EnsureUnchanged()
    {
        if (File.Exists(_target))
            Compare();
    }

    /// <summary>After a failure to read: is it explained by the file being gone, changed or closed to us?</summary>
    /// <exception cref="RejectedException">It is.</exception>
    public void EnsureReadable()
    {
        Compare();
        SourceFiles.OpenForReading(_target).Dispose();
    }

    private void Compare()
    {
        var now = SourceFiles.Regular(_target);
        if (now.Length != _length || now.LastWriteTimeUtc != _modified)
            throw new RejectedException(ReasonCode.Vanished, "The file changed while it was read.");
    }

    public void Dispose() => File.Delete(Path);
}
