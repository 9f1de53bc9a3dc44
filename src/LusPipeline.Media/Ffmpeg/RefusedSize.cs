using System.Globalization;
using System.Text.RegularExpressions;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>Detects frame sizes that ffmpeg refused before it allocated memory. ffmpeg reports them only in its log.</summary>
internal static partial class RefusedSize
{
    /// <exception cref="RejectedException"><c>too_large_frame</c>, if a refused size exceeds the limit.</exception>
    public static void Throw(MediaLog log, long maxFramePixels)
    {
        foreach (var line in log.Errors)
        {
            var match = Size().Match(line);
            if (match.Success
                && long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
                && long.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var height)
                && (Int128)width * height > maxFramePixels)
            {
                throw TooLarge(width, height, maxFramePixels);
            }
        }
    }

    public static RejectedException TooLarge(long width, long height, long maxFramePixels) =>
        new(ReasonCode.TooLargeFrame, $"A frame of {width}×{height} pixels is above the limit of {maxFramePixels} pixels.");

    [GeneratedRegex(@"Picture size ([0-9]{1,10})x([0-9]{1,10}) (?:is invalid|exceeds)", RegexOptions.CultureInvariant)]
    private static partial Regex Size();
}
