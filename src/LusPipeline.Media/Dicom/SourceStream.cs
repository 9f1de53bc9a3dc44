using LusPipeline.Core.Outcomes;
using LusPipeline.Media.Ffmpeg;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Media.Dicom;

/// <summary>
/// Reads a video's file. An error of the disk is a <see cref="TransientException"/>, so that whoever writes to a pipe at the same time can tell it from a
/// closed pipe.
/// </summary>
internal sealed class SourceStream(string path) : ReadOnlyStream
{
    private readonly SafeFileHandle _handle = SourceFiles.OpenForReading(path);

    public override long Length => RandomAccess.GetLength(_handle);

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = RandomAccess.Read(_handle, buffer, Position);
            Position += read;
            return read;
        }
        catch (IOException exception)
        {
            throw new TransientException(ReasonCode.Unreadable, $"The file could not be read (error {exception.HResult}).", exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _handle.Dispose();
        base.Dispose(disposing);
    }
}
