namespace LusPipeline.Core.Clips;

/// <summary>A plan applied to one video.</summary>
/// <param name="Frames">T, the frames of a clip.</param>
/// <param name="Width">Decoded frames that a clip spans.</param>
/// <param name="Step">Decoded frames from the start of one clip to the start of the next.</param>
/// <param name="Count">Clips, at least one.</param>
public readonly record struct ClipCut(int Frames, int Width, long Step, int Count)
{
    /// <summary>
    /// The decoded frame at position <paramref name="position"/> of clip <paramref name="clip"/>:
    /// kS + (2i+1)·W / (2T) in integers, after Barros et al. 2021; fewer frames than T repeat by the same formula.
    /// </summary>
    public int FrameAt(int clip, int position) =>
        (int)((clip * Step) + ((((2L * position) + 1) * Width) / (2L * Frames)));
}
