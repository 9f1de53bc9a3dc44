using System.CommandLine;
using LusPipeline.Cli.Demo;

namespace LusPipeline.Cli.Commands;

/// <summary><c>lus demo</c></summary>
internal static class DemoCommand
{
    private const string DefaultFolder = "lus-demo";

    public static Command Create()
    {
        var options = new RunOptions();
        var folder = new Option<string>("--folder") { Description = "Where the videos are written", DefaultValueFactory = _ => DefaultFolder, HelpName = "DIR" };
        var command = new Command("demo", """
            Make a few synthetic ultrasound-like videos and run on them: the first thing to try on a machine without data.

            They are phantoms that our own code draws (A-lines, B-lines, a consolidation); what the model makes of them means nothing.
            """)
        {
            folder,
        }.WithExamples("lus demo", "lus demo --folder /tmp/phantoms --home /tmp/lus --json");
        options.AddTo(command);
        command.SetGuardedAction(async (result, cancellation) =>
        {
            var path = result.GetRequiredValue(folder);
            await Console.Error.WriteLineAsync($"Drawing {PhantomVideos.All.Count} phantom videos into {path} …");
            await PhantomVideos.WriteAsync(path, cancellation);
            return await RunCommand.RunAsync(result, options, [path], watch: false);
        });
        return command;
    }
}
