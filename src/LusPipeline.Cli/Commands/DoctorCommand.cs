using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Checks;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus doctor</c></summary>
internal static partial class DoctorCommand
{
    private static readonly DoctorJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static Command Create()
    {
        var settings = new SettingsArguments();
        var json = new Option<bool>("--json") { Description = "One JSON object a line: name, state (passed, leftOut, failed), text, seconds" };
        var limit = new Option<double>("--limit") { Description = "Seconds that one check may take", DefaultValueFactory = _ => 30, HelpName = "SECONDS" };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 3_600))
                result.AddError("--limit is a number of seconds above 0 and up to 3600.");
        });
        var command = new Command("doctor", """
            Look at everything that workers need, one by one: configuration, broker, database, bucket, model, ffmpeg, GPU, disk.
            What is not configured is left out. Missing queues are made, as a worker's start makes them; a small object is written and deleted.
            Exit codes: 0 nothing failed; 1 something did.
            """)
        {
            json, limit,
        }.WithExamples("lus doctor", "lus doctor --config /etc/lus/appsettings.json", "lus doctor --json | jq 'select(.state == \"failed\")'");
        settings.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            var failed = 0;
            var checkup = new Checkup(LoadedSettings.Inspect(settings.Sources(result)), TimeSpan.FromSeconds(result.GetRequiredValue(limit)), TimeProvider.System);
            await foreach (var item in checkup.RunAsync(cancellation))
            {
                failed += item.Outcome.State == CheckState.Failed ? 1 : 0;
                await Console.Out.WriteLineAsync(result.GetValue(json) ? JsonOf(item) : LineOf(item));
                await Console.Out.FlushAsync(cancellation);
            }
            if (!result.GetValue(json))
                await Console.Out.WriteLineAsync(failed == 0 ? "Nothing is wrong." : $"{failed} checks failed.");
            return failed == 0 ? ExitCode.Done : ExitCode.Error;
        });
        return command;
    }

    private static string LineOf(CheckedItem item)
    {
        var sign = item.Outcome.State switch { CheckState.Passed => '✓', CheckState.Failed => '✗', _ => '–' };
        var text = string.Join("\n    ", item.Outcome.Text.Split('\n').Select(line => ResultTable.Printable(line.TrimEnd())));
        return string.Create(CultureInfo.InvariantCulture, $"{sign} {item.Name,-16} {text}");
    }

    private static string JsonOf(CheckedItem item) => JsonSerializer.Serialize(
        new Line(item.Name, JsonNamingPolicy.CamelCase.ConvertName(item.Outcome.State.ToString()), item.Outcome.Text, item.Took.TotalSeconds), Json.Line);

    internal sealed record Line(string Name, string State, string Text, double Seconds);

    [JsonSerializable(typeof(Line))]
    private sealed partial class DoctorJson : JsonSerializerContext;
}
