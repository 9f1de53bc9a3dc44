using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LusPipeline.Buckets.S3;

/// <summary>A watched prefix. In it, <c>{yyyy}</c>, <c>{MM}</c> and <c>{dd}</c> stand for the day in UTC.</summary>
internal sealed class WatchPrefix
{
    /// <summary>Stands for one digit of the day. No key contains this character.</summary>
    private const char Digit = '\0';

    private static readonly string[] Places = ["{yyyy}", "{MM}", "{dd}"];

    private readonly string _text;
    private readonly string _pattern;

    private WatchPrefix(string text, string pattern)
    {
        _text = text;
        _pattern = pattern;
    }

    /// <summary>Whether videos below this prefix are processed before routine ones.</summary>
    public bool Urgent { get; private init; }

    public bool IsDated => _pattern.Contains(Digit, StringComparison.Ordinal);

    /// <summary>The part of the prefix that all keys below it begin with, whatever the day is.</summary>
    public string Fixed => IsDated ? _pattern[.._pattern.IndexOf(Digit, StringComparison.Ordinal)] : _pattern;

    public static WatchPrefix Parse(string text) =>
        TryParse(text, out var prefix, out var problem) ? prefix : throw new ArgumentException($"'{text}' {problem}", nameof(text));

    public static WatchPrefix ParseUrgent(string text)
    {
        var prefix = Parse(text);
        return new WatchPrefix(prefix._text, prefix._pattern) { Urgent = true };
    }

    /// <param name="problem">What is wrong and how to fix it. The text follows the name of the setting.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out WatchPrefix? prefix, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        prefix = null;
        var pattern = Places.Aggregate(text, (left, place) => left.Replace(place, new string(Digit, place.Length - 2), StringComparison.Ordinal));
        if (text.Contains(Digit, StringComparison.Ordinal))
            problem = "holds a character that no key may hold.";
        else if (pattern.AsSpan().ContainsAny('{', '}'))
            problem = $"'{text}' has braces that are none of {string.Join(", ", Places)}.";
        else if (!text.EndsWith('/'))
            problem = text.Length == 0
                ? "is empty: the whole bucket cannot be watched, since our own objects lie in it too. Give a prefix that ends with '/'."
                : $"'{text}' does not end with '/'. Give '{text}/'.";
        else if (text.StartsWith('/'))
            problem = $"'{text}' begins with '/', which not every server takes. Give '{text.TrimStart('/')}'.";
        else
            problem = null;
        if (problem is null)
            prefix = new WatchPrefix(text, pattern);
        return problem is null;
    }

    /// <summary>Returns the prefix on one day.</summary>
    public string On(DateOnly day) =>
        _text.Replace(Places[0], day.Year.ToString("0000", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace(Places[1], day.Month.ToString("00", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace(Places[2], day.Day.ToString("00", CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Returns the part of a key that is this prefix, on any day. Null if the key is not below it.</summary>
    public string? Match(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Length >= _pattern.Length && Fits(key) ? key[.._pattern.Length] : null;
    }

    /// <summary>Whether a key can be below both prefixes.</summary>
    public bool Overlaps(WatchPrefix other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Fits(other._pattern);
    }

    /// <param name="prefix">The prefix as it is in keys.</param>
    public bool Overlaps(string prefix) => Fits(prefix);

    public override string ToString() => _text;

    /// <summary>Compares the two texts up to the end of the shorter one.</summary>
    private bool Fits(string other)
    {
        for (var index = 0; index < Math.Min(_pattern.Length, other.Length); index++)
        {
            var (left, right) = (_pattern[index], other[index]);
            if (left != right && !(left == Digit && char.IsAsciiDigit(right)) && !(right == Digit && char.IsAsciiDigit(left)))
                return false;
        }
        return true;
    }
}
