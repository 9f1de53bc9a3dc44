using LusPipeline.Dicom.Parsing;

namespace LusPipeline.Dicom.Loops;

/// <summary>Finds the time of a loop (PS3.3, section C.7.6.5).</summary>
internal static class FrameTimes
{
    /// <summary>A longer time between two frames is no loop's, and one that is shorter than a microsecond is none.</summary>
    private static readonly TimeSpan LongestFrame = TimeSpan.FromHours(1);

    /// <summary>
    /// The time of all frames: by what the frame increment pointer names, or else by the first of Frame Time, Frame Time Vector, Cine Rate and Recommended
    /// Display Frame Rate.
    /// </summary>
    /// <returns>Null if the object says none.</returns>
    public static TimeSpan? Duration(AttributeValues values, long frames)
    {
        var pointsAtVector = values.Unsigned(DicomTag.FrameIncrementPointer, 0) == 0x0018 && values.Unsigned(DicomTag.FrameIncrementPointer, 1) == 0x1065;
        var (even, vector) = (Even(values.Number(DicomTag.FrameTime), frames), Vector(values.Numbers(DicomTag.FrameTimeVector), frames));
        return (pointsAtVector ? vector ?? even : even ?? vector)
            ?? Even(1000 / values.Number(DicomTag.CineRate), frames)
            ?? Even(1000 / values.Number(DicomTag.RecommendedDisplayFrameRate), frames);
    }

    private static TimeSpan? Even(double? milliseconds, long frames) =>
        milliseconds is { } time && time >= 0.001 && time <= LongestFrame.TotalMilliseconds && time * frames < TimeSpan.MaxValue.TotalMilliseconds / 2
            ? TimeSpan.FromMicroseconds((long)Math.Round(time * 1000 * frames))
            : null;

    /// <summary>The vector has the time from each frame's predecessor, 0 for the first. The last frame lasts as long as the mean.</summary>
    private static TimeSpan? Vector(IReadOnlyList<double> milliseconds, long frames) =>
        milliseconds.Count == frames && frames > 1 && milliseconds.All(time => time >= 0)
            ? Even(milliseconds.Skip(1).Sum() / (frames - 1), frames)
            : null;
}
