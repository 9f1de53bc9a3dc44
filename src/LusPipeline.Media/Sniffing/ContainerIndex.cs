namespace LusPipeline.Media.Sniffing;

/// <summary>
/// What a container says about its only stream. It is given only if it is unambiguous: no edit removes frames, and the times add up. It is still a claim;
/// the decoder's count decides.
/// </summary>
/// <param name="Frames">Number of frames, at least 1.</param>
/// <param name="Duration">Duration above zero, to a microsecond: the value that ffprobe gives for the stream.</param>
public readonly record struct ContainerIndex(int Frames, TimeSpan Duration)
{
    /// <param name="frames">Number of frames.</param>
    /// <param name="length">Total duration of the frames, in units of time.</param>
    /// <param name="unitsPerSecond">Units of time in a second.</param>
    /// <returns>Null if the numbers cannot belong to a video.</returns>
    internal static ContainerIndex? From(ulong frames, UInt128 length, UInt128 unitsPerSecond)
    {
        const ulong Microseconds = 1_000_000;
        if (frames is 0 or > int.MaxValue || length == 0 || unitsPerSecond == 0 || length > ulong.MaxValue || length / unitsPerSecond >= 1_000_000_000)
            return null;
        var rounded = ((length * Microseconds * 2) + unitsPerSecond) / (unitsPerSecond * 2);
        return rounded == 0 ? null : new((int)frames, TimeSpan.FromMicroseconds((long)rounded));
    }
}
