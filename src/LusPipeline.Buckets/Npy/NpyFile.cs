using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace LusPipeline.Buckets.Npy;

/// <summary>Reads and writes whole numpy files. Memory is allocated for the bytes that a file really has, never for what its header claims.</summary>
public static class NpyFile
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Reads numbers.</summary>
    /// <returns>The shape and the values in row-major order: the last index runs fastest.</returns>
    /// <exception cref="NpyException">
    /// The file is broken, holds more values than an array can, or holds values that <typeparamref name="T"/> cannot represent. Booleans
    /// (0, 1) and integers are widened if nothing is lost; floating-point numbers are rounded to another floating-point type.
    /// </exception>
    public static (long[] Shape, T[] Values) Read<T>(string path) where T : unmanaged, INumberBase<T>
    {
        using var stream = Open(path);
        return Read<T>(stream, path);
    }

    /// <param name="stream">A seekable stream, at the first byte of the numpy file.</param>
    /// <param name="file">The file's name for error messages.</param>
    /// <inheritdoc cref="Read{T}(string)"/>
    public static (long[] Shape, T[] Values) Read<T>(Stream stream, string file) where T : unmanaged, INumberBase<T>
    {
        var header = NpyHeader.Read(stream, file);
        var wanted = NpyType.For<T>();
        if (!header.Type.ConvertsTo(wanted))
            throw new NpyException(file, $"its values are '{header.Type}', which '{wanted}' cannot hold");
        var values = new T[Length(header, file)];
        switch (header.Type.Kind, header.Type.Size)
        {
            case (NpyKind.Boolean, _):
                Convert<byte, T>(stream, header.Type, values, file);
                foreach (ref var value in values.AsSpan())
                    value = T.IsZero(value) ? T.Zero : T.One;
                break;
            case (NpyKind.Signed, 1):
                Convert<sbyte, T>(stream, header.Type, values, file);
                break;
            case (NpyKind.Signed, 2):
                Convert<short, T>(stream, header.Type, values, file);
                break;
            case (NpyKind.Signed, 4):
                Convert<int, T>(stream, header.Type, values, file);
                break;
            case (NpyKind.Signed, _):
                Convert<long, T>(stream, header.Type, values, file);
                break;
            case (NpyKind.Unsigned, 1):
                Convert<byte, T>(stream, header.Type, values, file);
                break;
            case (NpyKind.Unsigned, 2):
                Convert<ushort, T>(stream, header.Type, values, file);
                break;
            case (NpyKind.Unsigned, 4):
                Convert<uint, T>(stream, header.Type, values, file);
                break;
            case (NpyKind.Unsigned, _):
                Convert<ulong, T>(stream, header.Type, values, file);
                break;
            case (_, 2):
                Convert<Half, T>(stream, header.Type, values, file);
                break;
            case (_, 4):
                Convert<float, T>(stream, header.Type, values, file);
                break;
            default:
                Convert<double, T>(stream, header.Type, values, file);
                break;
        }
        return ([.. header.Shape], RowMajor(values, header));
    }

    /// <summary>Reads text.</summary>
    /// <returns>The shape and the values in row-major order, without the zeros that pad them.</returns>
    /// <exception cref="NpyException">The file is broken, or its values are not text.</exception>
    public static (long[] Shape, string[] Values) ReadStrings(string path)
    {
        using var stream = Open(path);
        return ReadStrings(stream, path);
    }

    /// <param name="stream">A seekable stream, at the first byte of the numpy file.</param>
    /// <param name="file">The file's name for error messages.</param>
    /// <inheritdoc cref="ReadStrings(string)"/>
    public static (long[] Shape, string[] Values) ReadStrings(Stream stream, string file)
    {
        var header = NpyHeader.Read(stream, file);
        if (header.Type.Kind != NpyKind.Text)
            throw new NpyException(file, $"its values are '{header.Type}', not text");
        var values = new string[Length(header, file)];
        var element = new uint[values.Length == 0 ? 0 : header.Type.Size / sizeof(uint)];
        var text = new StringBuilder();
        foreach (ref var value in values.AsSpan())
        {
            ReadNumbers<uint>(stream, header.Type, element, file);
            text.Clear();
            foreach (var code in element.AsSpan().TrimEnd(0u))
            {
                if (!Rune.TryCreate(code, out var rune))
                    throw new NpyException(file, $"its text has the code 0x{code:X}, which is not a Unicode character");
                text.Append(rune);
            }
            value = text.ToString();
        }
        return ([.. header.Shape], RowMajor(values, header));
    }

    /// <param name="path">The file, which is replaced if it exists.</param>
    /// <param name="shape">The number of elements in each dimension.</param>
    /// <param name="values">The values in row-major order: the last index runs fastest.</param>
    /// <exception cref="ArgumentException">The number of values does not fit the shape.</exception>
    public static void Write<T>(string path, ReadOnlySpan<long> shape, ReadOnlySpan<T> values) where T : unmanaged, INumberBase<T>
    {
        using var stream = Create(path);
        Write(stream, shape, values);
    }

    /// <inheritdoc cref="Write{T}(string, ReadOnlySpan{long}, ReadOnlySpan{T})"/>
    public static void Write<T>(Stream stream, ReadOnlySpan<long> shape, ReadOnlySpan<T> values) where T : unmanaged, INumberBase<T>
    {
        ArgumentNullException.ThrowIfNull(stream);
        var header = new NpyHeader(NpyType.For<T>(), shape);
        RequireCount(header, values.Length);
        header.Write(stream);
        // The values are written in pieces, because the bytes of an array can exceed the length of a span.
        const int piece = 1 << 20;
        for (; values.Length > piece; values = values[piece..])
            stream.Write(MemoryMarshal.AsBytes(values[..piece]));
        stream.Write(MemoryMarshal.AsBytes(values));
    }

    /// <exception cref="ArgumentException">
    /// The number of values does not fit the shape, or a value ends with a zero character or is not valid UTF-16.
    /// </exception>
    /// <inheritdoc cref="Write{T}(string, ReadOnlySpan{long}, ReadOnlySpan{T})"/>
    public static void WriteStrings(string path, ReadOnlySpan<long> shape, ReadOnlySpan<string> values)
    {
        using var stream = Create(path);
        WriteStrings(stream, shape, values);
    }

    /// <inheritdoc cref="WriteStrings(string, ReadOnlySpan{long}, ReadOnlySpan{string})"/>
    public static void WriteStrings(Stream stream, ReadOnlySpan<long> shape, ReadOnlySpan<string> values)
    {
        var strict = new UTF32Encoding(bigEndian: !BitConverter.IsLittleEndian, byteOrderMark: false, throwOnInvalidCharacters: true);
        var bytes = sizeof(uint);
        foreach (var value in values)
        {
            if (value.EndsWith('\0'))
                throw new ArgumentException("Numpy cannot hold text that ends with a zero character.", nameof(values));
            bytes = Math.Max(bytes, strict.GetByteCount(value));
        }
        var header = new NpyHeader(NpyType.Text(bytes / sizeof(uint)), shape);
        RequireCount(header, values.Length);
        header.Write(stream);
        var element = new byte[bytes];
        foreach (var value in values)
        {
            var written = strict.GetBytes(value, element);
            element.AsSpan(written).Clear();
            stream.Write(element);
        }
    }

    internal static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 4096);

    private static FileStream Create(string path) => new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: BufferBytes);

    private static int Length(NpyHeader header, string file) =>
        header.Count <= Array.MaxLength ? (int)header.Count : throw new NpyException(file, $"its {header.Count} values are more than fit in one array");

    private static void RequireCount(NpyHeader header, int count)
    {
        if (header.Count != count)
            throw new ArgumentException($"{count} values do not make an array of ({string.Join(", ", header.Shape)}).", nameof(count));
    }

    private static void Convert<TStored, T>(Stream stream, NpyType stored, Span<T> values, string file)
        where TStored : unmanaged, INumberBase<TStored>
        where T : unmanaged, INumberBase<T>
    {
        if (typeof(TStored) == typeof(T))
        {
            ReadNumbers(stream, stored, values, file);
            return;
        }
        var buffer = ArrayPool<TStored>.Shared.Rent(Math.Clamp(values.Length, 1, BufferBytes));
        for (var done = 0; done < values.Length;)
        {
            var part = buffer.AsSpan(0, Math.Min(buffer.Length, values.Length - done));
            ReadNumbers(stream, stored, part, file);
            var target = values.Slice(done, part.Length);
            for (var i = 0; i < part.Length; i++)
                target[i] = T.CreateTruncating(part[i]);
            done += part.Length;
        }
        ArrayPool<TStored>.Shared.Return(buffer);
    }

    private static void ReadNumbers<T>(Stream stream, NpyType stored, Span<T> values, string file) where T : unmanaged
    {
        const int piece = 1 << 20;
        for (var rest = values; !rest.IsEmpty; rest = rest[Math.Min(piece, rest.Length)..])
        {
            var bytes = MemoryMarshal.AsBytes(rest[..Math.Min(piece, rest.Length)]);
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                throw new NpyException(file, "it became shorter while it was read");
        }
        if (stored.Swapped)
            Reverse(values);
    }

    private static unsafe void Reverse<T>(Span<T> values) where T : unmanaged
    {
        switch (sizeof(T))
        {
            case 2:
                var words = MemoryMarshal.Cast<T, ushort>(values);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 4:
                var doubles = MemoryMarshal.Cast<T, uint>(values);
                BinaryPrimitives.ReverseEndianness(doubles, doubles);
                break;
            case 8:
                var quads = MemoryMarshal.Cast<T, ulong>(values);
                BinaryPrimitives.ReverseEndianness(quads, quads);
                break;
        }
    }

    /// <summary>Converts values from column-major order (first index fastest) to row-major order (last index fastest).</summary>
    private static T[] RowMajor<T>(T[] values, NpyHeader header)
    {
        if (header.RowMajor || values.Length == 0)
            return values;
        var ordered = new T[values.Length];
        var dimensions = header.Shape.Count;
        Span<int> index = stackalloc int[dimensions];
        Span<int> stride = stackalloc int[dimensions];
        stride[0] = 1;
        for (var d = 1; d < dimensions; d++)
            stride[d] = stride[d - 1] * (int)header.Shape[d - 1];
        var source = 0;
        foreach (ref var value in ordered.AsSpan())
        {
            value = values[source];
            for (var d = dimensions - 1; d >= 0; d--)
            {
                source += stride[d];
                if (++index[d] < header.Shape[d])
                    break;
                source -= index[d] * stride[d];
                index[d] = 0;
            }
        }
        return ordered;
    }
}
