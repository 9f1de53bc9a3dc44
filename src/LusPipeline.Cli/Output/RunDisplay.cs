using System.Globalization;
using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Run;
using Spectre.Console;

namespace LusPipeline.Cli.Output;

/// <summary>Shows a run's progress on stderr: live bars on a terminal, or else a plain line every few seconds.</summary>
internal sealed class RunDisplay(RunProgress progress, IAnsiConsole console, TimeProvider clock)
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly long _start = clock.GetTimestamp();

    /// <summary>Shows progress until <paramref name="run"/> ends. It ignores the run's outcome; the caller handles it.</summary>
    public async Task ShowAsync(Task run)
    {
        if (console.Profile.Capabilities.Interactive)
            await LiveAsync(run);
        else
            await PlainAsync(run);
    }

    private async Task LiveAsync(Task run) =>
        await console.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new CountColumn(), new RemarkColumn(Remark))
            .StartAsync(async context =>
            {
                var ingest = context.AddTask(Stage.Ingest.Name(), maxValue: 1);
                var features = context.AddTask(Stage.Features.Name(), maxValue: 1);
                var sequence = context.AddTask(Stage.Sequence.Name(), maxValue: 1);
                while (true)
                {
                    Set(ingest, progress.Ingested, progress.Videos);
                    Set(features, progress.Extracted, progress.Clips);
                    Set(sequence, progress.Predicted, progress.Clips);
                    if (run.IsCompleted)
                        return;
                    await Task.WhenAny(run, Task.Delay(LiveInterval, clock));
                }
            });

    private async Task PlainAsync(Task run)
    {
        while (await Task.WhenAny(run, Task.Delay(PlainInterval, clock)) != run)
            console.Profile.Out.Writer.WriteLine($"{progress.Finished}/{progress.Videos} videos, {Remark()}");
    }

    private static void Set(ProgressTask task, int value, int of)
    {
        task.MaxValue = Math.Max(1, of);
        task.Value = value;
    }

    private string Remark()
    {
        var seconds = clock.GetElapsedTime(_start).TotalSeconds;
        var text = string.Create(CultureInfo.InvariantCulture, $"{progress.Frames} frames, {progress.Frames / seconds:0.0} frames/s");
        if (progress.Left(clock.GetElapsedTime(_start)) is { } left)
            text += string.Create(CultureInfo.InvariantCulture, $", about {Math.Ceiling(left.TotalSeconds):0} s left");
        if (progress.Waiting > 0)
            text += $", {progress.Waiting} files are still being written";
        if (progress.IsWaiting)
            text += ", the archive does not answer: waiting";
        return text;
    }

    private sealed class CountColumn : ProgressColumn
    {
        public override Spectre.Console.Rendering.IRenderable Render(Spectre.Console.Rendering.RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(string.Create(CultureInfo.InvariantCulture, $"{task.Value:0}/{task.MaxValue:0}"));
    }

    private sealed class RemarkColumn(Func<string> remark) : ProgressColumn
    {
        public override Spectre.Console.Rendering.IRenderable Render(Spectre.Console.Rendering.RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Description == Stage.Features.Name() ? remark() : "");
    }
}
