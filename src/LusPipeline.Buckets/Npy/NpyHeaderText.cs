using System.Globalization;

namespace LusPipeline.Buckets.Npy;

/// <summary>
/// Parses the Python dictionary of a numpy header. It accepts only what numpy itself writes: three keys, whose values are a string, a
/// boolean and a tuple of integers. Nothing is nested, so no input can overflow the stack.
/// </summary>
internal ref struct NpyHeaderText(ReadOnlySpan<char> text, string file)
{
    /// <summary>Numpy's own limit of the number of dimensions.</summary>
    private const int MaxDimensions = 64;

    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

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
        if (Peek() != '\0' || _at < _text.Length)
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
            throw Bad($"its header is not a dictionary as numpy writes it: {what} was expected at character {_at}");
        _at++;
        var length = _text[_at..].IndexOf(quote);
        if (length < 0)
            throw Bad("its header has a string without an end");
        if (length > 64)
            throw Bad("its header has a string longer than any type's name");
        var value = _text.Slice(_at, length);
        foreach (var character in value)
        {
            if (character is < ' ' or > '~' or '\\')
                throw Bad("its header has a string with characters that no type's name has");
        }
        _at += length + 1;
        return value.ToString();
    }

    private bool Boolean()
    {
        _ = Peek();
        foreach (var (word, value) in (ReadOnlySpan<(string, bool)>)[("True", true), ("False", false)])
        {
            if (_text[_at..].StartsWith(word))
            {
                _at += word.Length;
                return value;
            }
        }
        throw Bad("its 'fortran_order' is neither True nor False");
    }

    private long[] Shape()
    {
        var shape = new List<long>();
        if (Peek() != '(')
            throw Bad("its shape is not a tuple");
        _at++;
        while (!Accept(')'))
        {
            if (shape.Count == MaxDimensions)
                throw Bad($"its shape has more than {MaxDimensions} dimensions");
            shape.Add(Integer());
            if (!Accept(','))
            {
                // In Python, a number in parentheses without a comma is a number and not a tuple.
                if (shape.Count == 1)
                    throw Bad("its shape is not a tuple");
                Expect(')');
                break;
            }
        }
        return [.. shape];
    }

    private long Integer()
    {
        _ = Peek();
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
            _at++;
        if (start == _at)
            throw Bad("its shape has an entry that is not a whole number from 0 up");
        if (!long.TryParse(_text[start.._at], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            throw Bad("its shape has a number beyond 64 bits");
        if (_at < _text.Length && _text[_at] == 'L') // Python 2 wrote long integers with an L.
            _at++;
        return value;
    }

    private char Peek()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\n' or '\r')
            _at++;
        return _at < _text.Length ? _text[_at] : '\0';
    }

    private bool Accept(char wanted)
    {
        if (Peek() != wanted || _at == _text.Length)
            return false;
        _at++;
        return true;
    }

    private void Expect(char wanted)
    {
        if (!Accept(wanted))
            throw Bad($"its header is not a dictionary as numpy writes it: '{wanted}' was expected at character {_at}");
    }

    private readonly NpyException Bad(string problem) => new(file, problem);
}
