namespace LusPipeline.Explaining.Pictures;

/// <summary>The colours of heat maps: from transparent over red to yellow. Lightness and opacity rise all the way, so that it reads without colour, too.</summary>
internal static class HeatColours
{
    private const int Levels256 = 256;

    /// <summary>Most that a heat map hides of the picture below it, of 255.</summary>
    private const int MostOpaque = 190;

    /// <summary>The colour of each level from 0 to 255.</summary>
    public static IReadOnlyList<(byte R, byte G, byte B, byte Alpha)> Palette { get; } = [.. Enumerable.Range(0, Levels256).Select(Colour)];

    /// <summary>The levels of a map of cells at the size of a picture, bilinear between the centres of cells.</summary>
    /// <param name="cells">Values in [0, 1], row by row.</param>
    public static byte[] Levels(ReadOnlySpan<float> cells, int cellRows, int cellColumns, int height, int width)
    {
        var levels = new byte[height * width];
        for (var row = 0; row < height; row++)
        {
            var (top, bottom, down) = Between(row, height, cellRows);
            for (var column = 0; column < width; column++)
            {
                var (left, right, across) = Between(column, width, cellColumns);
                var above = Mix(cells[(top * cellColumns) + left], cells[(top * cellColumns) + right], across);
                var below = Mix(cells[(bottom * cellColumns) + left], cells[(bottom * cellColumns) + right], across);
                levels[(row * width) + column] = (byte)Math.Clamp(MathF.Round(Mix(above, below, down) * (Levels256 - 1)), 0, Levels256 - 1);
            }
        }
        return levels;
    }

    /// <summary>Lays a map over a picture.</summary>
    /// <param name="picture">uint8 RGB [H,W,3].</param>
    /// <param name="levels">[H,W].</param>
    /// <returns>uint8 RGB [H,W,3].</returns>
    public static byte[] Over(ReadOnlySpan<byte> picture, ReadOnlySpan<byte> levels)
    {
        var result = new byte[picture.Length];
        for (var pixel = 0; pixel < levels.Length; pixel++)
        {
            var (r, g, b, alpha) = Palette[levels[pixel]];
            result[pixel * 3] = Blend(picture[pixel * 3], r, alpha);
            result[(pixel * 3) + 1] = Blend(picture[(pixel * 3) + 1], g, alpha);
            result[(pixel * 3) + 2] = Blend(picture[(pixel * 3) + 2], b, alpha);
        }
        return result;
    }

    private static (byte R, byte G, byte B, byte Alpha) Colour(int level)
    {
        var x = level / (Levels256 - 1.0);
        return (Byte(90 + (330 * x)), Byte((320 * x) - 75), Byte(60 - (90 * x) + (70 * x * x)), Byte(MostOpaque * Math.Min(1, 1.4 * x)));

        static byte Byte(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);
    }

    private static (int From, int To, float Part) Between(int pixel, int pixels, int cells)
    {
        var place = Math.Clamp(((pixel + 0.5f) * cells / pixels) - 0.5f, 0, cells - 1);
        var from = (int)place;
        return (from, Math.Min(from + 1, cells - 1), place - from);
    }

    private static float Mix(float from, float to, float part) => from + ((to - from) * part);

    private static byte Blend(byte below, byte above, byte alpha) => (byte)(((below * (255 - alpha)) + (above * alpha) + 127) / 255);
}
