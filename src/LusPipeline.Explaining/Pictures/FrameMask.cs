using System.Globalization;

namespace LusPipeline.Explaining.Pictures;

/// <summary>
/// A border of a frame that is painted black in pictures, because ultrasound machines may burn names into it. It changes pictures only, never what a model
/// computes. Each side is a part of the frame's height or width in [0, 0.5).
/// </summary>
public sealed record FrameMask(double Top, double Right, double Bottom, double Left)
{
    /// <summary>No border.</summary>
    public static FrameMask None { get; } = new(0, 0, 0, 0);

    public bool IsNone => this is { Top: 0, Right: 0, Bottom: 0, Left: 0 };

    /// <summary>Reads one percentage for all sides, or four for top, right, bottom and left: <c>8%</c>, <c>10% 0 0 5%</c>. An empty text is <see cref="None"/>.</summary>
    /// <exception cref="FormatException">It is neither, or a side is not in 0 to below 50 %.</exception>
    public static FrameMask Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return None;
        var sides = text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Part).ToArray();
        return sides switch
        {
            [var all] => new(all, all, all, all),
            [var top, var right, var bottom, var left] => new(top, right, bottom, left),
            _ => throw Wrong(text),
        };

        double Part(string side) =>
            double.TryParse(side.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and < 50
                ? percent / 100
                : throw Wrong(text);
    }

    /// <summary>Paints the border black.</summary>
    /// <param name="pixels">uint8 RGB [H,W,3], changed in place.</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="width">W in pixels.</param>
    public void Paint(Span<byte> pixels, int height, int width)
    {
        var (top, bottom) = (Pixels(Top, height), height - Pixels(Bottom, height));
        var (left, right) = (Pixels(Left, width), width - Pixels(Right, width));
        for (var row = 0; row < height; row++)
        {
            var line = pixels.Slice(row * width * 3, width * 3);
            if (row < top || row >= bottom)
            {
                line.Clear();
                continue;
            }
            line[..(left * 3)].Clear();
            line[(right * 3)..].Clear();
        }
    }

    private static int Pixels(double part, int length) => (int)Math.Ceiling(part * length);

    private static FormatException Wrong(string text) =>
        new($"'{text}' is no mask of a border: give one percentage for all sides, or four for top, right, bottom and left, each from 0 to below 50, for example '8%' or '10% 0 0 5%'.");
}
