using System.Globalization;
using System.Text.RegularExpressions;
using LusPipeline.Media.Ffmpeg;

namespace LusPipeline.Media.Cutting;

/// <summary>
/// Reads what ffmpeg's verbose log says about a run. Text from the file itself is indented there, so it cannot be mistaken for ffmpeg's own lines.
/// </summary>
internal sealed partial class DecodeLog
{
    private string? _codec;
    private (int Width, int Height) _size;

    public DecodeLog(string inputPath) => Log = new MediaLog(inputPath, Read);

    public MediaLog Log { get; }

    /// <summary>The number of frames that the decoder counted. Null unless ffmpeg ran to its end.</summary>
    public long? Decoded { get; private set; }

    public int Graphs { get; private set; }

    /// <summary>The decoded stream. Null unless the file has exactly one stream and frames of it arrived.</summary>
    public DecodedStream? Stream => _codec is { } codec && Graphs > 0 ? new(codec, _size.Width, _size.Height) : null;

    private void Read(string line)
    {
        if (line.StartsWith("[graph ", StringComparison.Ordinal))
        {
            if (GraphInput().Match(line) is not { Success: true } size)
                return;
            if (Graphs++ == 0)
                _size = (Number(size.Groups[1]), Number(size.Groups[2]));
        }
        else if (line.StartsWith("[verbose]   Input stream #", StringComparison.Ordinal) && FramesDecoded().Match(line) is { Success: true } match)
        {
            Decoded = long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        }
        else if (_codec is null && line.StartsWith("[info]   Stream #0:0", StringComparison.Ordinal) && VideoStream().Match(line) is { Success: true } stream)
        {
            _codec = stream.Groups[1].Value;
        }
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\[graph -?[0-9]+ input from stream [^\]]*\] \[verbose\] w:([0-9]{1,9}) h:([0-9]{1,9}) ", RegexOptions.CultureInvariant)]
    private static partial Regex GraphInput();

    [GeneratedRegex(@"\(video\): .* ([0-9]{1,18}) frames decoded", RegexOptions.CultureInvariant)]
    private static partial Regex FramesDecoded();

    /// <summary>The stream's id and language, if present, follow its number.</summary>
    [GeneratedRegex(@"^\[info\]   Stream #0:0(?:\[0x[0-9a-f]+\])?(?:\([a-z]{3}\))?: Video: ([a-z0-9_]+)", RegexOptions.CultureInvariant)]
    private static partial Regex VideoStream();
}
