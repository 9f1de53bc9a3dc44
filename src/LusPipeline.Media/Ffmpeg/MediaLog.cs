using System.Text;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>
/// What a media process writes to stderr, as lines with ffmpeg's level in front (<c>[error] …</c>). Whatever its length, only the
/// last error lines are kept, each cut short, and without the input's path.
/// </summary>
/// <param name="inputPath">Scratch may lie in a folder with a patient's name.</param>
/// <param name="onLine">Sees every line.</param>
internal sealed class MediaLog(string inputPath, Action<string>? onLine = null)
{
    private const int LongestLine = 8192;
    private const int LongestError = 300;
    private const int KeptErrors = 12;

    private readonly Queue<string> _errors = new(KeptErrors);
    private readonly StringBuilder _line = new();

    /// <summary>The last error lines, oldest first.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>The last error without its prefixes, or a plain word when there is none.</summary>
    public string LastError
    {
        get
        {
            var last = _errors.LastOrDefault();
            if (last is null)
                return "no reason given";
            var level = last.LastIndexOf("[error] ", StringComparison.Ordinal);
            return level < 0 ? last : last[(level + 8)..];
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
            _line.Append(char.IsControl(symbol) ? '?' : symbol);
    }

    private void EndLine()
    {
        if (_line.Length == 0)
            return;
        var line = _line.ToString();
        _line.Clear();
        onLine?.Invoke(line);
        if (!line.Contains("[error]", StringComparison.Ordinal) && !line.Contains("[fatal]", StringComparison.Ordinal)
            && !line.Contains("[panic]", StringComparison.Ordinal))
        {
            return;
        }
        if (_errors.Count == KeptErrors)
            _errors.Dequeue();
        line = line.Replace("file:" + inputPath, "input", StringComparison.Ordinal);
        _errors.Enqueue(line.Length > LongestError ? line[..LongestError] : line);
    }
}
