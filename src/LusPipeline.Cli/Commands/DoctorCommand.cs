using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Output;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Checks;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus doctor</c></summary>
internal static class DoctorCommand
{
    private const string AllStages = "all";

    public static Command Create()
    {
        var settings = new SettingsArguments();
        var json = new Option<bool>("--json") { Description = "One JSON object a line: name, state (passed, leftOut, warned, failed), text, seconds" };
        var limit = new Option<double>("--limit") { Description = "Seconds that one check may take", DefaultValueFactory = _ => 30, HelpName = "SECONDS" };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 3_600))
                result.AddError("--limit is a number of seconds above 0 and up to 3600.");
        });
        var stage = new Option<string>("--stage")
        {
            Description = "The stage whose worker this machine is for, if its users have the rights of that stage alone",
            DefaultValueFactory = _ => AllStages,
            HelpName = "STAGE",
        };
        stage.AcceptOnlyFromAmong([.. StageNames.All.Select(one => one.Name()), AllStages]);
        var command = new Command("doctor", """
            Look at everything that workers need, one by one: configuration, broker, database, bucket, model, ffmpeg, GPU, disk.
            What is not configured is left out. Missing queues are made, as a worker's start makes them; small objects are written and deleted.
            Exit codes: 0 nothing failed; 1 something did.
            """)
        {
            stage, json, limit,
        }.WithExamples("lus doctor", "lus doctor --stage ingest --config /etc/lus/appsettings.json", "lus doctor --json | jq 'select(.state == \"failed\")'");
        settings.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            var (failed, warned) = (0, 0);
            var stages = StageNames.Parse(result.GetRequiredValue(stage))?.ToSet() ?? StageSet.All;
            var checkup = new Checkup(LoadedSettings.Inspect(settings.Sources(result)), stages, TimeSpan.FromSeconds(result.GetRequiredValue(limit)), TimeProvider.System);
            await foreach (var item in checkup.RunAsync(cancellation))
            {
                failed += item.Outcome.State == CheckState.Failed ? 1 : 0;
                warned += item.Outcome.State == CheckState.Warned ? 1 : 0;
                await Console.Out.WriteLineAsync(result.GetValue(json) ? JsonSerializer.Serialize(CheckJson.From(item), CliJson.Lines.CheckJson) : LineOf(item));
                await Console.Out.FlushAsync(cancellation);
            }
            if (!result.GetValue(json))
                await Console.Out.WriteLineAsync((failed, warned) switch
                {
                    (0, 0) => "Nothing is wrong.",
                    (0, _) => $"Nothing failed; {warned} warnings.",
                    _ => $"{failed} checks failed.",
                });
            return failed == 0 ? ExitCode.Done : ExitCode.Error;
        });
        return command;
    }

    private static string LineOf(CheckedItem item)
    {
        var sign = item.Outcome.State switch { CheckState.Passed => '✓', CheckState.Failed => '✗', CheckState.Warned => '!', _ => '–' };
        var text = string.Join("\n    ", item.Outcome.Text.Split('\n').Select(line => ResultTable.Printable(line.TrimEnd())));
        return string.Create(CultureInfo.InvariantCulture, $"{sign} {item.Name,-16} {text}");
    }
}
