namespace LusPipeline.Training.Data;

/// <summary>Chooses some of a clip's frames, as evenly spaced as a clip chooses them from a video.</summary>
public static class FrameChoice
{
    /// <summary>The numbers, from 0, of <paramref name="wanted"/> frames out of <paramref name="frames"/>: (2i + 1) · n / 2k in integers.</summary>
    /// <param name="frames">n, the number of frames that there are.</param>
    /// <param name="wanted">k, at most n.</param>
    public static int[] Of(int frames, int wanted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wanted, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wanted, frames);
        return [.. Enumerable.Range(0, wanted).Select(i => (int)(((2L * i) + 1) * frames / (2L * wanted)))];
    }
}
