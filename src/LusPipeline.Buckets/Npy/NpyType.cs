using System.Globalization;
using System.Numerics;

namespace LusPipeline.Buckets.Npy;

/// <summary>The type of a numpy file's elements.</summary>
/// <param name="Kind">The kind of the elements.</param>
/// <param name="Size">Size of one element in bytes: 1 to 8 for numbers, and four times the number of code points for text.</param>
/// <param name="BigEndian">Whether the highest byte of a number or code point comes first. False for single bytes.</param>
public readonly record struct NpyType(NpyKind Kind, int Size, bool BigEndian)
{
    /// <summary>A code point has four bytes. With this limit, the bytes of a text always fit an <see cref="int"/>.</summary>
    private const int MaxTextCharacters = 1 << 20;

    /// <summary>Whether the bytes of an element have to be reversed on this machine.</summary>
    internal bool Swapped => BigEndian == BitConverter.IsLittleEndian && (Kind == NpyKind.Text || Size > 1);

    /// <summary>Returns the type that numpy gives to values of <typeparamref name="T"/>, in this machine's byte order.</summary>
    /// <exception cref="NotSupportedException">
    /// <typeparamref name="T"/> is neither an integer of 8 to 64 bits nor <see cref="Half"/>, float or double.
    /// </exception>
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

    /// <param name="characters">The largest number of code points of an element, at least 1.</param>
    public static NpyType Text(int characters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(characters, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(characters, MaxTextCharacters);
        return new(NpyKind.Text, 4 * characters, !BitConverter.IsLittleEndian);
    }

    /// <summary>
    /// Whether every value of this type is also a value of <paramref name="wanted"/>. Also true if both are floating-point types; values
    /// are then rounded.
    /// </summary>
    public bool ConvertsTo(NpyType wanted) => (Kind, wanted.Kind) switch
    {
        (NpyKind.Text, _) or (_, NpyKind.Text or NpyKind.Boolean) => false,
        (NpyKind.Boolean, _) or (NpyKind.Float, NpyKind.Float) => true,
        (NpyKind.Float, _) or (NpyKind.Signed, NpyKind.Unsigned) => false,
        (NpyKind.Unsigned, NpyKind.Signed) => Size < wanted.Size,
        (_, NpyKind.Float) => Size < wanted.Size || (Size == 1 && wanted.Size == 2),
        _ => Size <= wanted.Size,
    };

    /// <summary>Returns the type as numpy writes it in a header, for example <c>&lt;f4</c>, <c>|u1</c> or <c>&lt;U12</c>.</summary>
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

    /// <param name="descr">The type in the form that <see cref="ToString"/> returns.</param>
    /// <param name="type">The type, if it can be read.</param>
    /// <returns>What is wrong, or null if nothing is.</returns>
    internal static string? TryParse(string descr, out NpyType type)
    {
        type = default;
        if (descr.Length < 2)
            return $"its type '{descr}' is not a numpy type";
        if (descr[1] == 'O')
            return "it holds pickled Python objects, which are never read";
        if (descr[0] is not ('<' or '>' or '|' or '=')
            || !int.TryParse(descr.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return $"its type '{descr}' is not a numpy type";
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
