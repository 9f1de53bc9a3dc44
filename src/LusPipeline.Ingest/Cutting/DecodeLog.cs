using System.Globalization;
using System.Text.RegularExpressions;
using LusPipeline.Ingest.Media;

namespace LusPipeline.Ingest.Cutting;

/// <summary>What ffmpeg's verbose log tells of a run. A file's own texts stand indented in it, so they pass for none of these lines.</summary>
internal sealed partial class DecodeLog
{
    public DecodeLog(string inputPath) => Log = new MediaLog(inputPath, Read);

    public MediaLog Log { get; }

    /// <summary>The decoder's count; null until ffmpeg ends by itself.</summary>
    public long? Decoded { get; private set; }

    public int Graphs { get; private set; }

    private void Read(string line)
    {
        if (line.StartsWith("[graph ", StringComparison.Ordinal))
        {
            if (GraphInput().IsMatch(line))
                Graphs++;
        }
        else if (line.StartsWith("[verbose]   Input stream #", StringComparison.Ordinal) && FramesDecoded().Match(line) is { Success: true } match)
        {
            Decoded = long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        }
    }

    [GeneratedRegex(@"^\[graph -?[0-9]+ input from stream [^\]]*\] \[verbose\] w:", RegexOptions.CultureInvariant)]
    private static partial Regex GraphInput();

    [GeneratedRegex(@"\(video\): .* ([0-9]{1,18}) frames decoded", RegexOptions.CultureInvariant)]
    private static partial Regex FramesDecoded();
}
