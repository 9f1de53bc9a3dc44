using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Buckets;

/// <summary>A video as a local file. Disposing this removes the local file, never the original.</summary>
public sealed class LocalVideo : IDisposable
{
    private readonly SafeFileHandle? _held;

    /// <param name="path">The local file or link.</param>
    /// <param name="size">Size of the video in bytes.</param>
    /// <param name="held">Handle of the file that a link points to. It stays open until this is disposed.</param>
    internal LocalVideo(string path, long size, SafeFileHandle? held)
    {
        Path = path;
        Size = size;
        _held = held;
    }

    /// <summary>Path of the file. This process's user can read it until this is disposed.</summary>
    public string Path { get; }

    /// <summary>Size in bytes.</summary>
    public long Size { get; }

    public void Dispose()
    {
        File.Delete(Path);
        _held?.Dispose();
    }
}
