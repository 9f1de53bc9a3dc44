namespace LusPipeline.Explaining.Pictures;

/// <summary>Makes pictures smaller by a whole number, by the mean of the pixels that fall together.</summary>
internal static class Thumbnail
{
    /// <summary>By how much a picture is made smaller so that no side is longer than a number of pixels.</summary>
    public static int FactorFor(int height, int width, int longest) => (Math.Max(height, width) + longest - 1) / longest;

    /// <param name="pixels">uint8 RGB [H,W,3].</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="factor">At least 1. Rows and columns beyond a multiple of it are left out.</param>
    /// <returns>uint8 RGB, with its height and width.</returns>
    public static (byte[] Pixels, int Height, int Width) Shrink(ReadOnlySpan<byte> pixels, int height, int width, int factor)
    {
        var (rows, columns) = (height / factor, width / factor);
        var small = new byte[rows * columns * 3];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var sum = 0;
                    for (var y = row * factor; y < (row + 1) * factor; y++)
                    {
                        for (var x = column * factor; x < (column + 1) * factor; x++)
                            sum += pixels[(((y * width) + x) * 3) + channel];
                    }
                    small[(((row * columns) + column) * 3) + channel] = (byte)((sum + (factor * factor / 2)) / (factor * factor));
                }
            }
        }
        return (small, rows, columns);
    }
}
