using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace LusPipeline.Buckets;

/// <summary>
/// Maps a whole file into memory without a copy. The pages come from the system's file cache. Use it only for files that are replaced or
/// deleted but never shortened in place, as buckets write them: reading past a new end would crash the process.
/// </summary>
internal sealed unsafe class FileMap : MemoryManager<byte>
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _pointer;
    private readonly int _length;
    private bool _disposed;

    /// <param name="stream">A file of at most 2 GiB. The map takes ownership of the stream.</param>
    /// <exception cref="IOException">The file cannot be mapped.</exception>
    public FileMap(FileStream stream)
    {
        using var own = stream;
        _length = checked((int)stream.Length);
        if (_length == 0)
            return;
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _pointer = start + _view.PointerOffset;
    }

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new(_pointer, _length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length);
        return new(_pointer + elementIndex);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (_disposed || !disposing)
            return;
        _disposed = true;
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }
}
