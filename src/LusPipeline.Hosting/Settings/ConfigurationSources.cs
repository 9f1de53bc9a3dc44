using System.Collections;

namespace LusPipeline.Hosting.Settings;

/// <summary>What settings are read from, later ones winning: a JSON file, environment variables, the command line.</summary>
public sealed record ConfigurationSources
{
    /// <summary>Taken from the current folder when no other file is named.</summary>
    public const string DefaultFile = "appsettings.json";

    /// <summary>Variables of this prefix are settings: <c>LUS__Section__Key</c>.</summary>
    public const string EnvironmentPrefix = "LUS__";

    /// <summary>A JSON file that must be there; null for <see cref="DefaultFile"/> if there is one.</summary>
    public string? File { get; init; }

    /// <summary>The folder in which <see cref="DefaultFile"/> is looked for.</summary>
    public string Folder { get; init; } = System.Environment.CurrentDirectory;

    /// <summary>Variables of the process, those of other prefixes included.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ProcessVariables();

    /// <summary>From the command line, each <c>Section:Key=value</c>.</summary>
    public IReadOnlyList<string> Assignments { get; init; } = [];

    private static Dictionary<string, string> ProcessVariables() => System.Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
}
