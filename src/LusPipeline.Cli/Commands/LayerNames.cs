namespace LusPipeline.Cli.Commands;

/// <summary>Names of layers on the command line, separated by commas.</summary>
internal static class LayerNames
{
    public static IReadOnlyList<string> Split(string? names) =>
        names?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
