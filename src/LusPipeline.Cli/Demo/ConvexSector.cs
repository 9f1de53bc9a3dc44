namespace LusPipeline.Cli.Demo;

/// <summary>The image of a convex probe. It maps scan lines to pixels, as a scanner's scan converter does.</summary>
internal sealed class ConvexSector
{
    private readonly int _pixels;
    private readonly int _samples;
    private readonly List<(int Pixel, int Source, float Right, float Down)> _inside = [];

    /// <param name="width">Width of the image in pixels.</param>
    /// <param name="height">Height of the image in pixels.</param>
    /// <param name="lines">Number of scan lines, from left to right.</param>
    /// <param name="samples">Number of samples on a line, from the probe downwards.</param>
    public ConvexSector(int width, int height, int lines, int samples)
    {
        _pixels = width * height;
        _samples = samples;
        // The lines meet in a point above the image. All lengths are in image heights.
        const float apex = -0.46f, near = 0.52f, far = 1.42f;
        var widest = MathF.Asin(Math.Min(0.52f, 0.49f * width / height / far));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var across = (x + 0.5f - (width / 2f)) / height;
                var down = ((y + 0.5f) / height) - apex;
                var depth = (MathF.Sqrt((across * across) + (down * down)) - near) / (far - near);
                var angle = MathF.Atan2(across, down) / widest;
                if (depth is < 0 or >= 1 || angle is <= -1 or >= 1)
                    continue;
                var line = (angle + 1) / 2 * (lines - 1);
                var sample = depth * (samples - 1);
                _inside.Add(((y * width) + x, ((int)line * samples) + (int)sample, line - (int)line, sample - (int)sample));
            }
        }
    }

    /// <param name="echoes">Brightness of each sample from 0 to 1, line after line.</param>
    /// <param name="image">Gray pixels, row after row; pixels outside the sector become black.</param>
    public void Draw(ReadOnlySpan<float> echoes, Span<byte> image)
    {
        image[.._pixels].Clear();
        foreach (var (pixel, source, right, down) in _inside)
        {
            var left = echoes[source] + (down * (echoes[source + 1] - echoes[source]));
            var next = echoes[source + _samples] + (down * (echoes[source + _samples + 1] - echoes[source + _samples]));
            image[pixel] = (byte)(255f * (left + (right * (next - left))));
        }
    }
}
