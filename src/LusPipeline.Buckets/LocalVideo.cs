using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Buckets;

/// <summary>A video as a local file. Disposing it removes that file, never the original.</summary>
public sealed class LocalVideo : IDisposable
{
    private readonly SafeFileHandle? _held;

    /// <param name="path">The file or link of ours.</param>
    /// <param name="size">Bytes of the video.</param>
    /// <param name="held">What the link leads to, kept open as long as it is used.</param>
    internal LocalVideo(string path, long size, SafeFileHandle? held)
    {
        Path = path;
        Size = size;
        _held = held;
    }

    /// <summary>Readable by this process's user until this is disposed.</summary>
    public string Path { get; }

    /// <summary>Bytes.</summary>
    public long Size { get; }

    public void Dispose()
    {
        File.Delete(Path);
        _held?.Dispose();
    }
}
