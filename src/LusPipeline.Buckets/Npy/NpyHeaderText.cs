using System.Globalization;

namespace LusPipeline.Buckets.Npy;

/// <summary>
/// Reads the Python dictionary of a numpy header. Only what numpy itself writes is understood: three keys whose values are
/// a string, a boolean and a tuple of integers; nothing nests, so that no text can exhaust the stack.
/// </summary>
internal ref struct NpyHeaderText(ReadOnlySpan<char> text, string file)
{
    /// <summary>Numpy's own limit on the number of dimensions.</summary>
    private const int MaxDimensions = 64;

    private readonly ReadOnlySpan<char> text = text;
    private int at;

    public (string Descr, bool FortranOrder, long[] Shape) Read()
    {
        string? descr = null;
        bool? fortran = null;
        long[]? shape = null;
        Expect('{');
        while (!Accept('}'))
        {
            var key = String("a key");
            Expect(':');
            switch (key)
            {
                case "descr" when descr is null:
                    if (Peek() is '[' or '(')
                        throw Bad("it holds records (a structured type), which are not supported");
                    descr = String("the type");
                    break;
                case "fortran_order" when fortran is null:
                    fortran = Boolean();
                    break;
                case "shape" when shape is null:
                    shape = Shape();
                    break;
                default:
                    throw Bad("its header has a key that is unknown or stands twice");
            }
            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }
        if (Peek() != '\0' || at < text.Length)
            throw Bad("its header goes on after the dictionary");
        return (
            descr ?? throw Bad("its header lacks 'descr'"),
            fortran ?? throw Bad("its header lacks 'fortran_order'"),
            shape ?? throw Bad("its header lacks 'shape'"));
    }

    private string String(string what)
    {
        var quote = Peek();
        if (quote is not ('\'' or '"'))
            throw Bad($"its header is no dictionary that numpy writes: {what} was expected at character {at}");
        at++;
        var length = text[at..].IndexOf(quote);
        if (length < 0)
            throw Bad("its header has a string without an end");
        if (length > 64)
            throw Bad("its header has a string longer than any type's name");
        var value = text.Slice(at, length);
        foreach (var character in value)
        {
            if (character is < ' ' or > '~' or '\\')
                throw Bad("its header has a string with characters that no type's name has");
        }
        at += length + 1;
        return value.ToString();
    }

    private bool Boolean()
    {
        _ = Peek();
        foreach (var (word, value) in (ReadOnlySpan<(string, bool)>)[("True", true), ("False", false)])
        {
            if (text[at..].StartsWith(word))
            {
                at += word.Length;
                return value;
            }
        }
        throw Bad("its 'fortran_order' is neither True nor False");
    }

    private long[] Shape()
    {
        var shape = new List<long>();
        if (Peek() != '(')
            throw Bad("its shape is no tuple");
        at++;
        while (!Accept(')'))
        {
            if (shape.Count == MaxDimensions)
                throw Bad($"its shape has more than {MaxDimensions} dimensions");
            shape.Add(Integer());
            if (!Accept(','))
            {
                // Without a comma a single number in parentheses is a number, not a tuple.
                if (shape.Count == 1)
                    throw Bad("its shape is no tuple");
                Expect(')');
                break;
            }
        }
        return [.. shape];
    }

    private long Integer()
    {
        _ = Peek();
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        if (start == at)
            throw Bad("its shape has an entry that is no number from 0 up");
        if (!long.TryParse(text[start..at], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            throw Bad("its shape has a number beyond 64 bits");
        if (at < text.Length && text[at] == 'L') // Python 2 wrote long integers so.
            at++;
        return value;
    }

    private char Peek()
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\n' or '\r')
            at++;
        return at < text.Length ? text[at] : '\0';
    }

    private bool Accept(char wanted)
    {
        if (Peek() != wanted || at == text.Length)
            return false;
        at++;
        return true;
    }

    private void Expect(char wanted)
    {
        if (!Accept(wanted))
            throw Bad($"its header is no dictionary that numpy writes: '{wanted}' was expected at character {at}");
    }

    private readonly NpyException Bad(string problem) => new(file, problem);
}
