using LusPipeline.Buckets.Npy;
using LusPipeline.Media.Ffmpeg;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Media.Cutting;

/// <summary>One clip's numpy file while it is written, frame by frame in any order, under a name of its own until it is whole.</summary>
internal sealed class ClipFile : IDisposable
{
    private readonly string _path;
    private readonly string _part;
    private readonly SafeFileHandle _handle;
    private readonly int _headerBytes;
    private int _missing;
    private bool _moved;

    private ClipFile(string path, string part, SafeFileHandle handle, int headerBytes, int frames)
    {
        _path = path;
        _part = part;
        _handle = handle;
        _headerBytes = headerBytes;
        _missing = frames;
    }

    /// <summary>Every frame is written.</summary>
    public bool Whole => _missing == 0;

    /// <param name="path">Its final name.</param>
    /// <param name="header">The numpy header.</param>
    /// <param name="frames">T.</param>
    public static ClipFile Create(string path, ReadOnlySpan<byte> header, int frames)
    {
        // Two workers may cut one clip at a time; the last whole file stays.
        var part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            var handle = File.OpenHandle(part, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            var file = new ClipFile(path, part, handle, header.Length, frames);
            try
            {
                RandomAccess.Write(handle, header, 0);
                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ScratchFault.Wrap(exception);
        }
    }

    /// <summary>Writes the frame at <paramref name="position"/>, each position once.</summary>
    public void Write(int position, ReadOnlySpan<byte> frame)
    {
        try
        {
            RandomAccess.Write(_handle, frame, _headerBytes + ((long)position * frame.Length));
        }
        catch (IOException exception)
        {
            throw ScratchFault.Wrap(exception);
        }
        if (--_missing == 0)
            _handle.Dispose();
    }

    /// <summary>Gives the whole file its final name, over an older one.</summary>
    public string Publish()
    {
        try
        {
            File.Move(_part, _path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ScratchFault.Wrap(exception);
        }
        _moved = true;
        return _path;
    }

    public void Dispose()
    {
        _handle.Dispose();
        if (!_moved)
            File.Delete(_part);
    }

    /// <summary>The header of uint8 [T,H,W,3].</summary>
    public static byte[] Header(int frames, int height, int width)
    {
        using var bytes = new MemoryStream();
        new NpyHeader(NpyType.For<byte>(), [frames, height, width, 3]).Write(bytes);
        return bytes.ToArray();
    }
}
