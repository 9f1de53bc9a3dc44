using System.Globalization;
using System.Text;

namespace LusPipeline.Core.Outcomes;

/// <summary>
/// Makes a text from outside (a decoder's message, a container's metadata) safe for a database and a terminal. PostgreSQL refuses NUL and
/// unpaired surrogates, and a terminal interprets control characters.
/// </summary>
public static class PlainText
{
    private const char Replacement = '?';

    /// <summary>Replaces each character that is not plain text with a question mark, and cuts the text at a character boundary.</summary>
    /// <param name="most">The largest number of UTF-16 code units to keep.</param>
    public static string Clean(string text, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= most && IsClean(text))
            return text;
        var clean = new StringBuilder(Math.Min(text.Length, most));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > most)
                break;
            if (IsPlain(rune))
                clean.Append(rune.ToString());
            else
                clean.Append(Replacement);
        }
        return clean.ToString();
    }

    private static bool IsClean(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsPlain(rune))
                return false;
        }
        return true;
    }

    /// <summary>An unpaired surrogate arrives here as the replacement character.</summary>
    private static bool IsPlain(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
