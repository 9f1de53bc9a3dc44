using System.Text;
using System.Text.RegularExpressions;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>
/// Reads what a media process writes to stderr: lines that start with ffmpeg's context and level (<c>[mov @ 0x55…] [error] …</c>). Only the last error
/// lines are kept, each cut short and without the input's path, however much is written. Text from the file itself follows a level or is indented, so a
/// level inside it is ignored.
/// </summary>
/// <param name="inputPath">The input's path. It is removed from the kept lines, because scratch may lie in a folder with a patient's name.</param>
/// <param name="onLine">Receives every line.</param>
internal sealed partial class MediaLog(string inputPath, Action<string>? onLine = null)
{
    /// <summary>A name that no decoder has: an allow-list of none.</summary>
    public const string NoDecoder = "none";

    private const int LongestLine = 8192;
    private const int LongestError = 300;
    private const int KeptErrors = 12;

    private readonly Queue<string> _errors = new(KeptErrors);
    private readonly StringBuilder _line = new();

    /// <summary>The last error lines, oldest first.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>The last error without its prefixes, or a general phrase if there is none.</summary>
    public string LastError
    {
        get
        {
            var last = _errors.LastOrDefault();
            if (last is null)
                return "no reason given";
            return last[ErrorPrefix().Match(last).Length..];
        }
    }

    public async Task DrainAsync(StreamReader stderr, CancellationToken cancellation)
    {
        var buffer = new char[4096];
        int read;
        while ((read = await stderr.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            foreach (var symbol in buffer.AsSpan(0, read))
                Append(symbol);
        }
        EndLine();
    }

    private void Append(char symbol)
    {
        if (symbol is '\n' or '\r')
            EndLine();
        else if (_line.Length < LongestLine)
            _line.Append(symbol);
    }

    private void EndLine()
    {
        if (_line.Length == 0)
            return;
        var line = _line.ToString();
        _line.Clear();
        onLine?.Invoke(line);
        if (ErrorPrefix().Match(line) is not { Success: true } prefix || string.IsNullOrWhiteSpace(line[prefix.Length..]))
            return;
        // What was refused on purpose is no error of the file.
        if (line.EndsWith($" not on whitelist '{NoDecoder}'", StringComparison.Ordinal))
            return;
        if (_errors.Count == KeptErrors)
            _errors.Dequeue();
        _errors.Enqueue(PlainText.Clean(line.Replace("file:" + inputPath, "input", StringComparison.Ordinal), LongestError));
    }

    /// <summary>ffmpeg writes up to two contexts before the level, for example a demuxer and a decoder.</summary>
    [GeneratedRegex(@"^(?:\[[^\[\]]{1,100} @ 0x[0-9a-f]{1,16}\] ){0,2}\[(?:error|fatal|panic)\] ", RegexOptions.CultureInvariant)]
    private static partial Regex ErrorPrefix();
}
