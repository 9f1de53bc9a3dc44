using LusPipeline.Core.Outcomes;
using LusPipeline.Media.Ffmpeg;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Media.Dicom;

/// <summary>
/// Reads a video's file. An error of the disk is a <see cref="TransientException"/>, so that whoever writes to a pipe at the same time can tell it from a
/// closed pipe.
/// </summary>
internal sealed class SourceStream(string path) : Stream
{
    private readonly SafeFileHandle _handle = SourceFiles.OpenForReading(path);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => RandomAccess.GetLength(_handle);

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

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

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _handle.Dispose();
        base.Dispose(disposing);
    }
}
