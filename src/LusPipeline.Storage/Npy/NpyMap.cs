using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace LusPipeline.Storage.Npy;

/// <summary>
/// A numpy file in memory without a copy: the pages come from the system's file cache. For files that are replaced and deleted
/// but never shortened in place, as buckets write them: reading past a new end would stop the process.
/// </summary>
public sealed unsafe class NpyMap : MemoryManager<byte>
{
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* pointer;
    private readonly int length;
    private bool disposed;

    private NpyMap(FileStream stream, NpyHeader header)
    {
        Header = header;
        length = (int)header.DataBytes;
        var offset = stream.Position;
        file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        pointer = start + view.PointerOffset + offset;
    }

    public NpyHeader Header { get; }

    /// <summary>The bytes of the values, little endian, the last index fastest; valid until this map is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => Memory;

    /// <summary>The first value, valid until this map is disposed.</summary>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return pointer;
        }
    }

    /// <param name="path">The file.</param>
    /// <param name="type">What its values must be, for example <c>NpyType.Of&lt;byte&gt;()</c>.</param>
    /// <exception cref="NpyException">The file is broken, of another type or order than memory wants, or above 2 GiB.</exception>
    public static NpyMap Open(string path, NpyType type)
    {
        var stream = NpyFile.Open(path);
        try
        {
            var header = NpyHeader.Read(stream, path);
            if (header.Type != type)
                throw new NpyException(path, $"its values are '{header.Type}', not '{type}'");
            if (!header.RowMajor)
                throw new NpyException(path, "its values are in Fortran order");
            if (header.DataBytes > int.MaxValue)
                throw new NpyException(path, $"its {header.DataBytes} bytes are more than can be used without a copy");
            return new(stream, header);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The values as numbers; valid until this map is disposed.</summary>
    /// <exception cref="InvalidOperationException">The values are no <typeparamref name="T"/>.</exception>
    public ReadOnlySpan<T> Values<T>() where T : unmanaged, System.Numerics.INumberBase<T> =>
        Header.Type == NpyType.Of<T>()
            ? MemoryMarshal.Cast<byte, T>(GetSpan())
            : throw new InvalidOperationException($"The values are '{Header.Type}'.");

    public override Span<byte> GetSpan() => new(Pointer, length);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length);
        return new(Pointer + elementIndex);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposed || !disposing)
            return;
        disposed = true;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }
}
