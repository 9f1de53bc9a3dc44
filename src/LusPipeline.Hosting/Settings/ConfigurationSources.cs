using System.Collections;

namespace LusPipeline.Hosting.Settings;

/// <summary>The sources of settings: a JSON file, environment variables, the command line. Later ones win.</summary>
public sealed record ConfigurationSources
{
    /// <summary>The file that is read if no other is named: the first one that exists in <see cref="Folders"/>.</summary>
    public const string DefaultFile = "appsettings.json";

    /// <summary>Variables of this prefix are settings: <c>LUS__Section__Key</c>, or <c>LUS__Section__Key__File</c> with a file that has the value.</summary>
    public const string EnvironmentPrefix = "LUS__";

    /// <summary>A JSON file that must exist; null to read <see cref="DefaultFile"/> if it exists.</summary>
    public string? File { get; init; }

    /// <summary>
    /// The folders in which <see cref="DefaultFile"/> is looked for: the user's, then the program's own. The current folder is none of them:
    /// it may hold files of anybody, and settings name programs and servers.
    /// </summary>
    public IReadOnlyList<string> Folders { get; init; } = [Path.Combine(UserFolder(), "lus"), AppContext.BaseDirectory];

    /// <summary>The variables of the process, including those without the prefix.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ProcessVariables();

    /// <summary>Assignments from the command line, each <c>Section:Key=value</c>.</summary>
    public IReadOnlyList<string> Assignments { get; init; } = [];

    /// <summary>The file that is read: the one that is named, or the first default file that there is; null for none.</summary>
    public string? FilePath() => File is { } named
        ? Path.GetFullPath(named)
        : Folders.Select(folder => Path.Combine(folder, DefaultFile)).FirstOrDefault(System.IO.File.Exists);

    /// <summary><c>$XDG_CONFIG_HOME</c>, or <c>~/.config</c>.</summary>
    private static string UserFolder() => System.Environment.GetFolderPath(
        System.Environment.SpecialFolder.ApplicationData, System.Environment.SpecialFolderOption.DoNotVerify);

    private static Dictionary<string, string> ProcessVariables() => System.Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
}
