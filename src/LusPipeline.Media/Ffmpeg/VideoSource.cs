using LusPipeline.Core.Outcomes;
using LusPipeline.Media.Processes;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>
/// A video as ffprobe and ffmpeg see it: a link in scratch that is named by the video's id. So no name that a user gave appears on their command lines or
/// in their messages. The link leads to the open file that each of them inherits. In the sandbox no process can reach a file through another process,
/// and a path may lead to another file by then. Disposing removes the link.
/// </summary>
public sealed class VideoSource : IDisposable
{
    private readonly long _length;
    private readonly DateTime _modified;

    private VideoSource(string path, string target, long length, DateTime modified)
    {
        Path = path;
        Target = target;
        _length = length;
        _modified = modified;
    }

    /// <summary>The link's path. It leads to the video only in a child that inherits the open file.</summary>
    public string Path { get; }

    /// <summary>The absolute path of the video file.</summary>
    public string Target { get; }

    /// <summary>Whether the video goes before routine ones, and may take the room that is kept for urgent videos.</summary>
    public bool Urgent { get; init; }

    /// <summary>What the program reads from stdin instead of the file; null if it reads the file.</summary>
    internal VideoFeed? Feed { get; private init; }

    /// <summary>ffmpeg's filter that makes a decoded frame the image that the model sees; null for the whole frame.</summary>
    internal string? Filter { get; private init; }

    /// <summary>The same video, read in another way. It shares the link, which the original removes.</summary>
    internal VideoSource With(VideoFeed? feed, string? filter) => new(Path, Target, _length, _modified) { Urgent = Urgent, Feed = feed, Filter = filter };

    /// <param name="video">The video's id; the link is named by it.</param>
    /// <param name="file">The video file on this machine.</param>
    /// <param name="scratchFolder">An existing folder that belongs to this program.</param>
    /// <exception cref="RejectedException">The file is gone (<c>vanished</c>) or may not be read (<c>unreadable</c>).</exception>
    public static VideoSource Open(Guid video, string file, string scratchFolder, bool urgent = false)
    {
        var target = System.IO.Path.GetFullPath(file);
        var info = SourceFiles.Regular(target);
        // Pipes and devices have no length, and opening one may block for ever.
        if (info.Length > 0)
            SourceFiles.OpenForReading(target).Dispose();
        var link = System.IO.Path.Combine(System.IO.Path.GetFullPath(scratchFolder), $"{video:N}.{Guid.NewGuid():N}");
        try
        {
            File.CreateSymbolicLink(link, info.Length > 0 ? $"/proc/self/fd/{ChildStart.InheritedNumber}" : target);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ScratchFault.Wrap(exception);
        }
        return new VideoSource(link, target, info.Length, info.LastWriteTimeUtc) { Urgent = urgent };
    }

    /// <summary>Opens the file for a child process.</summary>
    /// <returns>Null for a file without content, and if the child reads something else.</returns>
    /// <exception cref="RejectedException">It is gone, or may not be read.</exception>
    public SafeFileHandle? OpenForChild() => _length > 0 && Feed is null ? SourceFiles.OpenForReading(Target) : null;

    /// <summary>
    /// Call after a successful decode. The decode counts unless the file was changed meanwhile. A file that was only deleted was still read completely.
    /// </summary>
    /// <exception cref="RejectedException">The file was changed.</exception>
    public void EnsureUnchanged()
    {
        if (File.Exists(Target))
            Compare();
    }

    /// <summary>Call after a failed read. Checks whether the file is missing, changed or no longer readable.</summary>
    /// <exception cref="RejectedException">It is.</exception>
    public void EnsureReadable()
    {
        Compare();
        SourceFiles.OpenForReading(Target).Dispose();
    }

    private void Compare()
    {
        var now = SourceFiles.Regular(Target);
        if (now.Length != _length || now.LastWriteTimeUtc != _modified)
            throw new RejectedException(ReasonCode.Vanished, "The file changed while it was read.");
    }

    public void Dispose() => File.Delete(Path);
}
