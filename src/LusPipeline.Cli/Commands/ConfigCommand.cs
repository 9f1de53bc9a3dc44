using System.CommandLine;
using System.Text.Json;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus config</c></summary>
internal static class ConfigCommand
{
    private const string TableFormat = "table";
    private const string JsonFormat = "json";

    public static Command Create() => new Command("config", "Show the configuration of workers") { CreateShow() }.WithExamples("lus config show");

    private static Command CreateShow()
    {
        var settings = new SettingsArguments();
        var format = new Option<string>("--format") { Description = "How to print it", DefaultValueFactory = _ => TableFormat };
        format.AcceptOnlyFromAmong(TableFormat, JsonFormat);
        var command = new Command("show", """
            Print the effective settings and where each came from: default, file, environment variable, secret file, command
            line. Secrets are masked. What is wrong stands on stderr, all of it at once, and the exit code is then 1.
            """)
        {
            format,
        }.WithExamples(
            "lus config show",
            "lus config show --config /etc/lus/appsettings.json",
            "LUS__Attempts__MaxRetries=5 lus config show --set Limits:MaxFrames=5000",
            "lus config show --format json | jq 'map(select(.source != \"default\"))'");
        settings.AddTo(command);
        command.SetGuardedAction((result, _) => Task.FromResult(Show(LoadedSettings.Inspect(settings.Sources(result)), result.GetRequiredValue(format) == JsonFormat)));
        return command;
    }

    private static int Show(LoadedSettings settings, bool json)
    {
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize([.. settings.All.Select(SettingJson.From)], CliJson.Indented.SettingJsonArray));
        else
            Terminal.Output.Write(SettingsTable.Create(settings.All));
        return settings.Problems.Count == 0 ? ExitCode.Done : throw new ConfigurationException(settings.Problems);
    }
}
