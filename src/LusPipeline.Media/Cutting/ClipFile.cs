using System.Security.Cryptography;
using LusPipeline.Buckets.Npy;
using LusPipeline.Media.Ffmpeg;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Media.Cutting;

/// <summary>One clip's numpy file while it is written, frame by frame in order. It has a temporary name until it is complete.</summary>
internal sealed class ClipFile : IDisposable
{
    private readonly string _path;
    private readonly string _part;
    private readonly SafeFileHandle _handle;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _written;
    private int _missing;
    private string _sha256 = "";
    private bool _moved;

    private ClipFile(string path, string part, SafeFileHandle handle, int frames)
    {
        _path = path;
        _part = part;
        _handle = handle;
        _missing = frames;
    }

    /// <summary>Whether every frame is written.</summary>
    public bool Whole => _missing == 0;

    /// <param name="path">The file's final path.</param>
    /// <param name="header">The numpy header.</param>
    /// <param name="frames">T, the clip's number of frames.</param>
    public static ClipFile Create(string path, ReadOnlySpan<byte> header, int frames)
    {
        // Two workers may cut the same clip at the same time. The file that is completed last stays.
        var part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            var handle = File.OpenHandle(part, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            var file = new ClipFile(path, part, handle, frames);
            try
            {
                file.Append(header);
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

    /// <summary>Writes the next frame.</summary>
    public void Write(ReadOnlySpan<byte> frame)
    {
        try
        {
            Append(frame);
        }
        catch (IOException exception)
        {
            throw ScratchFault.Wrap(exception);
        }
        if (--_missing > 0)
            return;
        _handle.Dispose();
        _sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset());
        _hash.Dispose();
    }

    /// <summary>Gives the complete file its final name and replaces an older file of that name.</summary>
    /// <returns>The path, and the file's sha256 in lower-case hex.</returns>
    public (string Path, string Sha256) Publish()
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
        return (_path, _sha256);
    }

    public void Dispose()
    {
        _handle.Dispose();
        _hash.Dispose();
        if (!_moved)
            File.Delete(_part);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_handle, bytes, _written);
        _hash.AppendData(bytes);
        _written += bytes.Length;
    }

    /// <summary>The numpy header of a uint8 array [T,H,W,3].</summary>
    public static byte[] Header(int frames, int height, int width)
    {
        using var bytes = new MemoryStream();
        new NpyHeader(NpyType.For<byte>(), [frames, height, width, 3]).Write(bytes);
        return bytes.ToArray();
    }
}
