using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Output;

/// <summary>One setting as <c>lus config show</c> prints it.</summary>
/// <param name="Source">One of the kinds of <see cref="SettingOrigin"/>.</param>
/// <param name="Name">Name of the file or environment variable that set it.</param>
internal sealed record SettingJson(string Key, string? Value, string Source, string? Name)
{
    public static SettingJson From(Setting setting) => new(setting.Key, setting.Value, setting.Origin.Kind, setting.Origin.Name);
}
