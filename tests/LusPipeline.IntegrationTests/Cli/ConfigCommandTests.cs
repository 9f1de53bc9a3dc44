using System.Text.Json;

namespace LusPipeline.IntegrationTests.Cli;

public sealed class ConfigCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_effective_settings_are_shown_with_their_sources()
    {
        Directory.CreateDirectory(_folder["config/lus"]);
        File.WriteAllText(_folder["config/lus/appsettings.json"], """{ "Attempts": { "MaxStarts": 4 } }""");

        var result = await RunAsync("show", "--set", "Limits:MaxFrames=5000");

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Errors);
        var rows = result.Output.Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        Assert.Contains(["Attempts:MaxStarts", "4", "appsettings.json"], rows);
        Assert.Contains(["Attempts:MaxRetries", "7", "LUS__Attempts__MaxRetries"], rows);
        Assert.Contains(["Limits:MaxFrames", "5000", "command line"], rows);
        Assert.Contains(["Ingest:DecodeTimeout", "10min", "default"], rows);
    }

    [Fact]
    public async Task A_file_of_the_current_folder_is_not_read_unless_it_is_named()
    {
        File.WriteAllText(_folder["appsettings.json"], """{ "Ingest": { "Ffmpeg": "/tmp/planted" } }""");

        var shown = await RunAsync("show");
        var named = await RunAsync("show", "--config", "appsettings.json");

        Assert.DoesNotContain("planted", string.Join(" ", shown.Output), StringComparison.Ordinal);
        Assert.Contains("/tmp/planted", string.Join(" ", named.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_json_every_setting_is_an_object()
    {
        File.WriteAllText(_folder["other.json"], """{ "Attempts": { "MaxStarts": 4 } }""");

        var result = await RunAsync("show", "--format", "json", "--config", "other.json");

        Assert.Equal(0, result.ExitCode);
        var settings = JsonDocument.Parse(string.Join('\n', result.Output)).RootElement.EnumerateArray()
            .ToDictionary(setting => setting.GetProperty("key").GetString()!, setting =>
                (setting.GetProperty("value").GetString(), setting.GetProperty("source").GetString(), setting.GetProperty("name").GetString()));
        Assert.Equal(("4", "file", "other.json"), settings["Attempts:MaxStarts"]);
        Assert.Equal(("7", "environment", "LUS__Attempts__MaxRetries"), settings["Attempts:MaxRetries"]);
        Assert.Equal(("1s", "default", null), settings["Attempts:RetryDelay"]);
    }

    [Fact]
    public async Task What_is_wrong_stands_on_stderr_all_at_once()
    {
        var result = await RunAsync("show", "--set", "Limits:MaxFrames=1", "--set", "Attemts:MaxStarts=1", "--config", "none.json");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            [
                "lus: 3 settings are wrong:",
                "  --config (none.json): there is no such file. Give the path of a JSON file with settings.",
                "  Attemts:MaxStarts (command line): there is no section Attemts. Did you mean Attempts?",
                "  Limits:MaxFrames (command line): 1 is not allowed. Give 2 to 100000000.",
            ],
            result.Errors);
        Assert.Contains(result.Output, line => line.Contains("LUS__Attempts__MaxRetries", StringComparison.Ordinal));
    }

    private Task<LusResult> RunAsync(params string[] arguments) => LusProcess.RunAsync(
        ["config", .. arguments], _folder.Path, new Dictionary<string, string?> { ["LUS__Attempts__MaxRetries"] = "7", ["LUS_SHARED"] = "/data", ["XDG_CONFIG_HOME"] = _folder["config"] });
}
