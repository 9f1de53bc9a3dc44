using System.Runtime.InteropServices;

namespace LusPipeline.Buckets.Npy;

/// <summary>A numpy file that is already in memory. Its values are not copied.</summary>
/// <param name="Header">The header of the file.</param>
/// <param name="Bytes">The bytes of the values: little endian, row-major. They are valid as long as the file's memory.</param>
public readonly record struct NpyView(NpyHeader Header, ReadOnlyMemory<byte> Bytes)
{
    /// <param name="content">The whole file.</param>
    /// <param name="type">The type that the values must have, for example <c>NpyType.For&lt;byte&gt;()</c>.</param>
    /// <param name="file">The file's name for error messages.</param>
    /// <exception cref="NpyException">The file is broken, has another type, is big endian or in Fortran order.</exception>
    public static unsafe NpyView Parse(ReadOnlyMemory<byte> content, NpyType type, string file)
    {
        using var pinned = content.Pin();
        using var stream = new UnmanagedMemoryStream((byte*)pinned.Pointer, content.Length);
        var header = NpyHeader.Read(stream, file);
        if (header.Type != type)
            throw new NpyException(file, $"its values are '{header.Type}', not '{type}'");
        if (!header.RowMajor)
            throw new NpyException(file, "its values are in Fortran order");
        return new(header, content[(int)stream.Position..]);
    }

    /// <summary>Returns the values as numbers.</summary>
    /// <exception cref="InvalidOperationException">The values are not of type <typeparamref name="T"/>.</exception>
    public ReadOnlySpan<T> Values<T>() where T : unmanaged, System.Numerics.INumberBase<T> =>
        Header.Type == NpyType.For<T>()
            ? MemoryMarshal.Cast<byte, T>(Bytes.Span)
            : throw new InvalidOperationException($"The values are '{Header.Type}'.");
}
