namespace LusPipeline.Media.Sniffing;

/// <summary>
/// What a container says of its only stream, where it says it once and plainly: no edit takes frames away, and the times add up.
/// A claim all the same: the decoder's count decides.
/// </summary>
/// <param name="Frames">At least one.</param>
/// <param name="Duration">Above zero, to a microsecond: what ffprobe gives for the stream.</param>
public readonly record struct ContainerIndex(int Frames, TimeSpan Duration)
{
    /// <param name="frames">Frames.</param>
    /// <param name="length">Units of time that they take together.</param>
    /// <param name="unitsPerSecond">Units of time in a second.</param>
    /// <returns>Null where the numbers are no video's.</returns>
    internal static ContainerIndex? From(ulong frames, UInt128 length, UInt128 unitsPerSecond)
    {
        const ulong Microseconds = 1_000_000;
        if (frames is 0 or > int.MaxValue || length == 0 || unitsPerSecond == 0 || length > ulong.MaxValue || length / unitsPerSecond >= 1_000_000_000)
            return null;
        var rounded = ((length * Microseconds * 2) + unitsPerSecond) / (unitsPerSecond * 2);
        return rounded == 0 ? null : new((int)frames, TimeSpan.FromMicroseconds((long)rounded));
    }
}
