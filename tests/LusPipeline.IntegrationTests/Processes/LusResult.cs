using System.Text.Json;

namespace LusPipeline.IntegrationTests.Processes;

/// <summary>What an ended <c>lus</c> left.</summary>
/// <param name="ExitCode">The shell's: 128 and the signal's number for one that was killed.</param>
/// <param name="Output">The lines of its standard output.</param>
/// <param name="Errors">The lines of its standard error.</param>
internal sealed record LusResult(int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Errors)
{
    /// <summary>The objects of a <c>--json</c> run; every line must be one.</summary>
    public IReadOnlyList<JsonElement> Json { get; } = Output is [['{', ..], ..] ? [.. Output.Select(line => JsonDocument.Parse(line).RootElement)] : [];

    /// <param name="kind">video, study or summary.</param>
    public IEnumerable<JsonElement> OfKind(string kind) => Json.Where(item => item.GetProperty("kind").GetString() == kind);

    public IReadOnlyList<JsonElement> Videos => [.. OfKind("video")];

    public IReadOnlyList<JsonElement> Studies => [.. OfKind("study")];

    public JsonElement Summary => OfKind("summary").Single();

    /// <summary>All that was written to stderr.</summary>
    public string ErrorText => string.Join('\n', Errors);

    /// <summary>
    /// What a second run has to give again to the last bit, a line a video.
    /// </summary>
    public IReadOnlyList<string> Results => [.. Videos
        .Select(video => string.Join(' ', new[] { "study", "video", "status", "diagnosis", "probabilities", "spread", "clips", "frames" }
            .Select(name => video.GetProperty(name).GetRawText())))
        .Order(StringComparer.Ordinal)];

    public JsonElement Video(string name) => Videos.Single(video => video.GetProperty("video").GetString() == name);

    /// <summary>status and reason of a video, as one text.</summary>
    public string Status(string name)
    {
        var video = Video(name);
        var reason = video.GetProperty("reason").GetString();
        return video.GetProperty("status").GetString() + (reason is null ? "" : $": {reason}");
    }

    public override string ToString() =>
        $"exit {ExitCode}\n--- output\n{string.Join('\n', Output)}\n--- errors\n{string.Join('\n', Errors)}";
}
