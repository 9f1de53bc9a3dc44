using System.Text.Json;

namespace LusPipeline.IntegrationTests;

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

    public override string ToString() =>
        $"exit {ExitCode}\n--- output\n{string.Join('\n', Output)}\n--- errors\n{string.Join('\n', Errors)}";
}
