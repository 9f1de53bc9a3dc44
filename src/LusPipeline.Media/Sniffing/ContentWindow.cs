using LusPipeline.Media.Ffmpeg;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Media.Sniffing;

/// <summary>Bytes of a file at any place, few at a time and never beyond its end.</summary>
internal sealed class ContentWindow : IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <param name="path">A file that is not empty: a pipe or device has no length, and opening one may wait for ever.</param>
    public ContentWindow(string path)
    {
        _handle = SourceFiles.OpenForReading(path);
        Length = RandomAccess.GetLength(_handle);
    }

    public long Length { get; }

    /// <returns>The part of <paramref name="into"/> that the file could fill.</returns>
    public ReadOnlySpan<byte> Read(long offset, Span<byte> into)
    {
        var filled = 0;
        while (filled < into.Length)
        {
            var read = RandomAccess.Read(_handle, into[filled..], offset + filled);
            if (read == 0)
                break;
            filled += read;
        }
        return into[..filled];
    }

    public void Dispose() => _handle.Dispose();
}
