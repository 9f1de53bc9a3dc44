namespace LusPipeline.Core.Clips;

/// <summary>A clip plan applied to one video.</summary>
/// <param name="Frames">T, the number of frames of a clip.</param>
/// <param name="Width">W, the number of decoded frames that a clip spans.</param>
/// <param name="Step">S, the number of decoded frames from the start of one clip to the start of the next.</param>
/// <param name="Count">The number of clips, at least one.</param>
public readonly record struct ClipCut(int Frames, int Width, long Step, int Count)
{
    /// <summary>
    /// Returns the index of the decoded frame at position <paramref name="position"/> (i, from 0) of clip <paramref name="clip"/> (k, from
    /// 0): kS + (2i+1)·W / (2T) in integers, after Barros et al. 2021. If the clip spans fewer frames than T, the same formula repeats
    /// frames.
    /// </summary>
    public int FrameAt(int clip, int position) =>
        (int)((clip * Step) + ((((2L * position) + 1) * Width) / (2L * Frames)));
}
