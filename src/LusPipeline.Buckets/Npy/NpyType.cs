using System.Globalization;
using System.Numerics;

namespace LusPipeline.Buckets.Npy;

/// <summary>The type of a numpy file's elements.</summary>
/// <param name="Kind">What an element is.</param>
/// <param name="Size">Bytes of one element: 1 to 8, for text four times its code points.</param>
/// <param name="BigEndian">The bytes of a number or code point come from the highest; false for single bytes.</param>
public readonly record struct NpyType(NpyKind Kind, int Size, bool BigEndian)
{
    /// <summary>Code points are four bytes each, so that a text's bytes stay far within an <see cref="int"/>.</summary>
    private const int MaxTextCharacters = 1 << 20;

    /// <summary>The element's bytes must be reversed to be a number of this machine.</summary>
    internal bool Swapped => BigEndian == BitConverter.IsLittleEndian && (Kind == NpyKind.Text || Size > 1);

    /// <summary>The type that numpy gives to values of <typeparamref name="T"/>, in this machine's byte order.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is no integer of 8 to 64 bits and no <see cref="Half"/>, float or double.</exception>
    public static NpyType For<T>() where T : unmanaged, INumberBase<T>
    {
        var (kind, size) = default(T) switch
        {
            sbyte => (NpyKind.Signed, 1),
            short => (NpyKind.Signed, 2),
            int => (NpyKind.Signed, 4),
            long => (NpyKind.Signed, 8),
            byte => (NpyKind.Unsigned, 1),
            ushort => (NpyKind.Unsigned, 2),
            uint => (NpyKind.Unsigned, 4),
            ulong => (NpyKind.Unsigned, 8),
            Half => (NpyKind.Float, 2),
            float => (NpyKind.Float, 4),
            double => (NpyKind.Float, 8),
            _ => throw new NotSupportedException($"Numpy files of {typeof(T)} are not supported."),
        };
        return new(kind, size, size > 1 && !BitConverter.IsLittleEndian);
    }

    /// <param name="characters">The most code points that an element can hold, at least 1.</param>
    public static NpyType Text(int characters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(characters, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(characters, MaxTextCharacters);
        return new(NpyKind.Text, 4 * characters, !BitConverter.IsLittleEndian);
    }

    /// <summary>Every value of this type is a value of <paramref name="wanted"/>, or both are floating-point numbers, which may be rounded.</summary>
    public bool ConvertsTo(NpyType wanted) => (Kind, wanted.Kind) switch
    {
        (NpyKind.Text, _) or (_, NpyKind.Text or NpyKind.Boolean) => false,
        (NpyKind.Boolean, _) or (NpyKind.Float, NpyKind.Float) => true,
        (NpyKind.Float, _) or (NpyKind.Signed, NpyKind.Unsigned) => false,
        (NpyKind.Unsigned, NpyKind.Signed) => Size < wanted.Size,
        (_, NpyKind.Float) => Size < wanted.Size || (Size == 1 && wanted.Size == 2),
        _ => Size <= wanted.Size,
    };

    /// <summary>As numpy writes it in a header, for example <c>&lt;f4</c>, <c>|u1</c> or <c>&lt;U12</c>.</summary>
    public override string ToString()
    {
        var order = Kind == NpyKind.Text || Size > 1 ? (BigEndian ? '>' : '<') : '|';
        var (code, count) = Kind switch
        {
            NpyKind.Boolean => ('b', Size),
            NpyKind.Signed => ('i', Size),
            NpyKind.Unsigned => ('u', Size),
            NpyKind.Float => ('f', Size),
            _ => ('U', Size / 4),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{order}{code}{count}");
    }

    /// <param name="descr">As <see cref="ToString"/> gives it.</param>
    /// <param name="type">The type, when it is one that can be read.</param>
    /// <returns>What is wrong, or null.</returns>
    internal static string? TryParse(string descr, out NpyType type)
    {
        type = default;
        if (descr.Length < 2)
            return $"its type '{descr}' is no numpy type";
        if (descr[1] == 'O')
            return "it holds pickled Python objects, which are never read";
        if (descr[0] is not ('<' or '>' or '|' or '=')
            || !int.TryParse(descr.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return $"its type '{descr}' is no numpy type";
        }
        var (kind, size) = (descr[1], count) switch
        {
            ('b', 1) => (NpyKind.Boolean, 1),
            ('i', 1 or 2 or 4 or 8) => (NpyKind.Signed, count),
            ('u', 1 or 2 or 4 or 8) => (NpyKind.Unsigned, count),
            ('f', 2 or 4 or 8) => (NpyKind.Float, count),
            ('U', > 0 and <= MaxTextCharacters) => (NpyKind.Text, 4 * count),
            _ => default,
        };
        if (size == 0)
            return $"elements of type '{descr}' are not supported";
        var single = size == 1;
        if (descr[0] == '|' && !single)
            return $"its type '{descr}' does not say the order of its bytes";
        var big = descr[0] == '>' || (descr[0] == '=' && !BitConverter.IsLittleEndian);
        type = new(kind, size, big && !single);
        return null;
    }
}
