using System.CommandLine;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Arguments;

/// <summary>The arguments of every command that reads the configuration.</summary>
internal sealed class SettingsArguments
{
    private readonly Option<string?> _file = new("--config")
    {
        Description = $"Settings as JSON; without it, {ConfigurationSources.DefaultFile} of ~/.config/lus or of the program's folder",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _assignments = new("--set")
    {
        Description = $"One setting, over the file's and the environment's ({ConfigurationSources.EnvironmentPrefix}Section__Key); may be repeated",
        HelpName = "Section:Key=value",
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_assignments);
    }

    public ConfigurationSources Sources(ParseResult result) => new()
    {
        File = result.GetValue(_file),
        Assignments = result.GetRequiredValue(_assignments),
    };
}
