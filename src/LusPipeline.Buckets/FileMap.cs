using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace LusPipeline.Buckets;

/// <summary>
/// A whole file in memory without a copy: the pages come from the system's file cache. For files that are replaced and deleted
/// but never shortened in place, as buckets write them: reading past a new end would stop the process.
/// </summary>
internal sealed unsafe class FileMap : MemoryManager<byte>
{
    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;
    private readonly byte* pointer;
    private readonly int length;
    private bool disposed;

    /// <param name="stream">At most 2 GiB; becomes the map's own.</param>
    /// <exception cref="IOException">It cannot be mapped.</exception>
    public FileMap(FileStream stream)
    {
        using var own = stream;
        length = checked((int)stream.Length);
        if (length == 0)
            return;
        file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        pointer = start + view.PointerOffset;
    }

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return new(pointer, length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length);
        return new(pointer + elementIndex);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposed || !disposing)
            return;
        disposed = true;
        view?.SafeMemoryMappedViewHandle.ReleasePointer();
        view?.Dispose();
        file?.Dispose();
    }
}
