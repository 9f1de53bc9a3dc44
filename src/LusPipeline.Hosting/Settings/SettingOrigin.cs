namespace LusPipeline.Hosting.Settings;

/// <summary>Where a setting's value came from.</summary>
/// <param name="Kind">One of the constants here.</param>
/// <param name="Name">The file's path as it was given, or the variable's name.</param>
public sealed record SettingOrigin(string Kind, string? Name = null)
{
    public const string DefaultKind = "default";
    public const string FileKind = "file";
    public const string EnvironmentKind = "environment";

    /// <summary>A file that a variable names. It holds nothing but the value, which is never shown.</summary>
    public const string SecretFileKind = "secret file";

    public const string CommandLineKind = "command line";

    public static SettingOrigin Default { get; } = new(DefaultKind);

    public static SettingOrigin CommandLine { get; } = new(CommandLineKind);

    public override string ToString() => Name ?? Kind;
}
