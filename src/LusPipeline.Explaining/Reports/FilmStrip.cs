using LusPipeline.Explaining.Pictures;

namespace LusPipeline.Explaining.Reports;

/// <summary>The frames of a clip side by side in one picture, with their regions, and the importance of each frame as a bar below it.</summary>
public static class FilmStrip
{
    private const int Columns = 10;
    private const int LongestSide = 150;
    private const int Gap = 4;
    private const int BarHeight = 24;

    /// <summary>A frame with its regions of the first layer, small: uint8 RGB with its height and width.</summary>
    /// <param name="frame">Position in the clip, from 0.</param>
    /// <param name="longest">The most pixels of a side.</param>
    internal static (byte[] Pixels, int Height, int Width) Still(ClipExplanation explanation, int frame, int longest)
    {
        var frames = explanation.Frames;
        var (pixels, height, width) = Thumbnail.Shrink(frames.Shown(frame), frames.Height, frames.Width, Thumbnail.FactorFor(frames.Height, frames.Width, longest));
        return explanation.Regions is [var regions, ..]
            ? (HeatColours.Over(pixels, HeatColours.Levels(regions.Cells(frame), regions.Height, regions.Width, height, width)), height, width)
            : (pixels, height, width);
    }

    /// <summary>A frame with its regions of the first layer as a small PNG file.</summary>
    public static byte[] StillPng(ClipExplanation explanation, int frame, int longest)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        var (pixels, height, width) = Still(explanation, frame, longest);
        return PngImage.OfRgb(pixels, height, width);
    }

    /// <summary>
    /// The whole strip as a PNG file, ten frames a line. A bar is as high as the frame's fall by replacement is beside the clip's greatest: orange where the class
    /// would be less probable without the frame, blue where it would be more probable.
    /// </summary>
    public static byte[] Png(ClipExplanation explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        var stills = Enumerable.Range(0, explanation.Frames.Count).Select(frame => Still(explanation, frame, LongestSide)).ToList();
        var (_, height, width) = stills[0];
        var columns = Math.Min(Columns, stills.Count);
        var lines = (stills.Count + columns - 1) / columns;
        var (stripWidth, lineHeight) = ((columns * (width + Gap)) + Gap, height + BarHeight + (2 * Gap));
        var strip = new byte[lines * lineHeight * stripWidth * 3];
        strip.AsSpan().Fill(255);
        var greatest = explanation.Replacement.Max(Math.Abs);
        for (var frame = 0; frame < stills.Count; frame++)
        {
            var (left, top) = (Gap + (frame % columns * (width + Gap)), Gap + (frame / columns * lineHeight));
            for (var row = 0; row < height; row++)
                stills[frame].Pixels.AsSpan(row * width * 3, width * 3).CopyTo(strip.AsSpan((((top + row) * stripWidth) + left) * 3));
            var fall = explanation.Replacement[frame];
            var bar = greatest == 0 ? 0 : (int)Math.Round(BarHeight * Math.Abs(fall) / greatest);
            (byte R, byte G, byte B) colour = fall > 0 ? ((byte)0xD5, (byte)0x5E, (byte)0x00) : ((byte)0x00, (byte)0x72, (byte)0xB2);
            for (var row = 0; row < bar; row++)
            {
                var at = ((((top + height + BarHeight - row) * stripWidth) + left) * 3) + 3;
                for (var column = 1; column < width - 1; column++, at += 3)
                    (strip[at], strip[at + 1], strip[at + 2]) = colour;
            }
        }
        return PngImage.OfRgb(strip, lines * lineHeight, stripWidth);
    }
}
