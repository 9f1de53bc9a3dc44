using LusPipeline.Media.Ffmpeg;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Media.Sniffing;

/// <summary>Reads a few bytes at any offset of a file, never beyond its end.</summary>
internal sealed class ContentWindow : IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <param name="path">The path of a file that is not empty. A pipe or device has no length, and opening one may block for ever.</param>
    public ContentWindow(string path)
    {
        _handle = SourceFiles.OpenForReading(path);
        Length = RandomAccess.GetLength(_handle);
    }

    public long Length { get; }

    /// <returns>The part of <paramref name="into"/> that was filled; shorter at the end of the file.</returns>
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
