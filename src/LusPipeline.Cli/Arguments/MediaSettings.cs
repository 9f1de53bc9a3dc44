using LusPipeline.Hosting.Children;
using LusPipeline.Hosting.Settings;
using LusPipeline.Media;

namespace LusPipeline.Cli.Arguments;

/// <summary>The section <see cref="MediaOptions"/> for commands that read no other settings.</summary>
internal static class MediaSettings
{
    /// <summary>Reads the section from the environment, or from the default file of the user or the program.</summary>
    /// <exception cref="ConfigurationException">A key of the section is wrong.</exception>
    public static MediaOptions Read()
    {
        var sources = new ConfigurationSources();
        // A child in the sandbox has the variable, and cannot read the file.
        return LoadedSettings.One<MediaOptions>(sources.Environment.ContainsKey(LusChild.SandboxVariable) ? sources with { Folders = [] } : sources);
    }
}
