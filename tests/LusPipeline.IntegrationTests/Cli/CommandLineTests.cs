using System.Text.RegularExpressions;

namespace LusPipeline.IntegrationTests.Cli;

public sealed partial class CommandLineTests
{
    [Fact]
    public async Task Version_tells_what_runs()
    {
        var result = await LusProcess.RunAsync(["version"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Matches("^lus [0-9]+\\.[0-9]+\\.[0-9]+", result.Output[0]);
        Assert.Contains(result.Output, line => line.StartsWith("runtime .NET 10.", StringComparison.Ordinal));
        Assert.Contains(result.Output, line => line.Contains("CPUExecutionProvider", StringComparison.Ordinal));
        Assert.Empty(result.Errors);
    }

    [Fact]
    public async Task Every_command_has_help_with_examples()
    {
        var left = new Queue<string[]>([[]]);
        var seen = 0;
        while (left.TryDequeue(out var command))
        {
            var result = await LusCommand.RunAsync([.. command, "--help"]);
            Assert.Equal(0, result.ExitCode);
            var help = result.Output.ToList();
            var examples = help.IndexOf("Examples:");
            Assert.True(examples > 0 && help[examples + 1].StartsWith("  lus ", StringComparison.Ordinal), $"'lus {string.Join(' ', command)} --help' has no examples:\n{result}");
            seen++;
            foreach (var line in help.SkipWhile(line => line != "Commands:").Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal)))
            {
                var name = SubCommand().Match(line);
                Assert.True(name.Success && line.Length < 160, $"'lus {string.Join(' ', command)} --help' does not list its commands a line each:\n{result}");
                left.Enqueue([.. command, name.Groups[1].Value]);
            }
        }
        Assert.True(seen > 2);
    }

    [Fact]
    public async Task What_lus_does_not_know_is_a_usage_error()
    {
        var result = await LusCommand.RunAsync(["no-such-command"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.Errors, line => line.Contains("no-such-command", StringComparison.Ordinal));
    }

    [GeneratedRegex("^  ([a-z-]+)")]
    private static partial Regex SubCommand();
}
