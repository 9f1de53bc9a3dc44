using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LusPipeline.Buckets.Npy;

/// <summary>The header of a numpy file, formats 1.0 to 3.0: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html</summary>
public sealed class NpyHeader
{
    /// <summary>The longest header that is read, in bytes. Numpy's own limit is 10,000 characters.</summary>
    private const int MaxLength = 1 << 16;

    /// <summary>The largest number of bytes that a file has in addition to its values.</summary>
    public const int MaxBytes = MaxLength + 12;

    /// <summary>The values start at a multiple of this many bytes.</summary>
    private const int Alignment = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <param name="type">The type of the elements.</param>
    /// <param name="shape">The number of elements in each dimension, each 0 or more. Empty for a single value.</param>
    /// <param name="fortranOrder">Whether the first index runs fastest; if false, the last index does.</param>
    /// <exception cref="ArgumentException">A dimension is negative, or the size of the array does not fit 64 bits.</exception>
    public NpyHeader(NpyType type, ReadOnlySpan<long> shape, bool fortranOrder = false)
        : this(type, shape.ToArray(), fortranOrder)
    {
        foreach (var dimension in shape)
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
        if (CountOf(shape, type.Size) is not { } count)
            throw new ArgumentException("The array is larger than any file.", nameof(shape));
        Count = count;
    }

    private NpyHeader(NpyType type, long[] shape, bool fortranOrder)
    {
        Type = type;
        Shape = shape;
        FortranOrder = fortranOrder;
    }

    public NpyType Type { get; }

    /// <summary>The number of elements in each dimension.</summary>
    public IReadOnlyList<long> Shape { get; }

    public bool FortranOrder { get; }

    /// <summary>The number of elements of the array.</summary>
    public long Count { get; private init; }

    /// <summary>Size of the values in bytes.</summary>
    public long DataBytes => Count * Type.Size;

    /// <summary>Whether the values are in the file in row-major order, as <see cref="NpyFile.Read{T}(string)"/> returns them.</summary>
    public bool RowMajor => !FortranOrder || Shape.Count(dimension => dimension != 1) < 2;

    /// <summary>
    /// Reads a header, and checks that the stream holds exactly the values that it announces. The stream is then at the first value.
    /// </summary>
    /// <param name="stream">A seekable stream, at the first byte of the numpy file.</param>
    /// <param name="file">The file's name for error messages.</param>
    /// <exception cref="NpyException">The stream holds no array that can be read.</exception>
    public static NpyHeader Read(Stream stream, string file)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> start = stackalloc byte[12];
        ReadExactly(stream, start[..8], file);
        if (!start[..6].SequenceEqual(Magic))
            throw new NpyException(file, "it does not begin as numpy files do");
        var (major, minor) = (start[6], start[7]);
        if (major is < 1 or > 3 || minor != 0)
            throw new NpyException(file, $"its format version {major}.{minor} is unknown");
        var lengthBytes = start.Slice(8, major == 1 ? 2 : 4);
        ReadExactly(stream, lengthBytes, file);
        var length = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(lengthBytes) : BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        if (length > stream.Length - stream.Position)
            throw new NpyException(file, $"its header of {length} bytes is longer than the file");
        if (length > MaxLength)
            throw new NpyException(file, $"its header of {length} bytes is longer than {MaxLength}");
        var bytes = new byte[(int)length];
        ReadExactly(stream, bytes, file);

        // Format 3.0 uses UTF-8, the others Latin-1. Only ASCII keys and types are accepted, so any other byte is an error in both.
        var (descr, fortranOrder, shape) = new NpyHeaderText(Encoding.Latin1.GetString(bytes), file).Read();
        if (NpyType.TryParse(descr, out var type) is { } problem)
            throw new NpyException(file, problem);
        var present = stream.Length - stream.Position;
        if (CountOf(shape, type.Size) is not { } count || count * type.Size > present)
            throw new NpyException(file, $"its shape ({string.Join(", ", shape)}) of '{type}' needs more than the {present} bytes that are there; the file is truncated or its header is wrong");
        if (count * type.Size < present)
            throw new NpyException(file, $"it goes on for {present - (count * type.Size)} bytes after the values that its shape announces");
        return new(type, shape, fortranOrder) { Count = count };
    }

    /// <summary>Writes the header in format 1.0, with the same bytes as numpy. The caller writes the values after it.</summary>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(ToBytes());
    }

    /// <summary>Returns the bytes that <see cref="Write"/> writes.</summary>
    /// <param name="leastBytes">
    /// Pads the header to this length, a multiple of 64. A header with room can later be replaced by that of a larger array.
    /// </param>
    public byte[] ToBytes(int leastBytes = 0)
    {
        var dictionary = new StringBuilder();
        dictionary.Append(CultureInfo.InvariantCulture, $"{{'descr': '{Type}', 'fortran_order': {(FortranOrder ? "True" : "False")}, 'shape': (");
        for (var i = 0; i < Shape.Count; i++)
        {
            if (i > 0)
                dictionary.Append(", ");
            dictionary.Append(Shape[i]);
        }
        dictionary.Append(Shape.Count == 1 ? ",), }" : "), }");

        var length = Magic.Length + 4 + dictionary.Length + 1;
        var padded = Math.Max((length + Alignment - 1) / Alignment * Alignment, leastBytes);
        var bytes = new byte[padded];
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), checked((ushort)(padded - 10)));
        bytes.AsSpan(10).Fill((byte)' ');
        Encoding.ASCII.GetBytes(dictionary.ToString(), bytes.AsSpan(10));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    /// <returns>The number of elements, or null if the size of their bytes does not fit 63 bits.</returns>
    private static long? CountOf(ReadOnlySpan<long> shape, int size)
    {
        if (shape.Contains(0))
            return 0;
        Int128 count = 1;
        foreach (var dimension in shape)
        {
            count *= dimension;
            if (count * size > long.MaxValue)
                return null;
        }
        return (long)count;
    }

    private static void ReadExactly(Stream stream, Span<byte> bytes, string file)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new NpyException(file, "it ends within its header");
    }
}
