using System.Globalization;
using System.Text;
using LusPipeline.Core.Clips;

namespace LusPipeline.Media.Cutting;

/// <summary>
/// Selects the decoded frames that ffmpeg outputs: a set of offsets, repeated with the plan's step if there are several clips. The repetition keeps
/// ffmpeg's filter expression as short as that for one clip. It selects a few frames that no clip needs; they are dropped here.
/// </summary>
internal sealed class FrameSelection
{
    /// <summary>
    /// Longest filter expression, in characters. Linux allows 128 KiB for one argument. If the expression would be longer, every frame is output instead.
    /// </summary>
    private const int LongestFilter = 100_000;

    private readonly int[] _offsets;
    private readonly int _period;

    private FrameSelection(int[] offsets, int period, string? filter)
    {
        _offsets = offsets;
        _period = period;
        Filter = filter;
    }

    /// <summary>Selects every frame, also when the frames change format midway.</summary>
    public static FrameSelection Everything { get; } = new([0], 1, null);

    /// <summary>ffmpeg's filter expression, or null if every frame is output.</summary>
    public string? Filter { get; }

    public static FrameSelection For(ClipCut cut)
    {
        var period = cut.Count == 1 ? int.MaxValue : (int)cut.Step;
        var offsets = Enumerable.Range(0, cut.Frames).Select(position => cut.FrameAt(0, position) % period).Distinct().Order().ToArray();
        if (offsets.Length == period)
            return Everything;
        var filter = FilterOf(offsets, period);
        return filter.Length > LongestFilter ? Everything : new FrameSelection(offsets, period, filter);
    }

    /// <summary>The number of the decoded frame that is output frame <paramref name="output"/>.</summary>
    public long FrameOf(long output) => (output / _offsets.Length * _period) + _offsets[output % _offsets.Length];

    /// <summary>How many frames are output for a video of <paramref name="decoded"/> frames.</summary>
    public long CountBelow(long decoded)
    {
        var within = Array.BinarySearch(_offsets, (int)(decoded % _period));
        return (decoded / _period * _offsets.Length) + (within < 0 ? ~within : within);
    }

    /// <summary>
    /// Builds a tree of comparisons over the runs of adjacent frames. Each frame needs only a few comparisons, however many runs there are. A plain sum of
    /// terms would be slower, and ffmpeg accepts no more than about a hundred terms.
    /// </summary>
    private static string FilterOf(int[] offsets, int period)
    {
        var runs = new List<(int First, int Last)>();
        foreach (var offset in offsets)
        {
            if (runs.Count > 0 && runs[^1].Last == offset - 1)
                runs[^1] = (runs[^1].First, offset);
            else
                runs.Add((offset, offset));
        }
        var text = new StringBuilder("select='");
        if (period < int.MaxValue)
            text.Append(CultureInfo.InvariantCulture, $"st(0,mod(n,{period}));");
        AppendTree(text, runs, 0, runs.Count, period < int.MaxValue ? "ld(0)" : "n");
        return text.Append('\'').ToString();
    }

    private static void AppendTree(StringBuilder text, List<(int First, int Last)> runs, int from, int to, string frame)
    {
        if (to - from == 1)
        {
            text.Append(CultureInfo.InvariantCulture, $"between({frame},{runs[from].First},{runs[from].Last})");
            return;
        }
        var middle = (from + to) / 2;
        text.Append(CultureInfo.InvariantCulture, $"if(lt({frame},{runs[middle].First}),");
        AppendTree(text, runs, from, middle, frame);
        text.Append(',');
        AppendTree(text, runs, middle, to, frame);
        text.Append(')');
    }
}
