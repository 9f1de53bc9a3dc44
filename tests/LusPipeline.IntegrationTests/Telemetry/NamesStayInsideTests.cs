using System.Text.Json;
using LusPipeline.IntegrationTests.Ingest;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Telemetry;

/// <summary>Names of files may be a patient's: they stand in the ledger and on the terminal, never in logs, spans and metrics.</summary>
public sealed class NamesStayInsideTests
{
    private const string Name = "Mueller^Hans";

    [Fact]
    public async Task A_run_with_every_kind_of_trouble_tells_no_file_name()
    {
        using var folder = new TemporaryFolder();
        await using var collector = new Collector();
        TinyBundle.Write(folder["model"]);
        await MakeVideosAsync(folder[$"in-{Name}"]);

        var environment = collector.Environment;
        environment["PATH"] = $"{FfmpegThatCrashesOnce(folder["bin"])}:{Environment.GetEnvironmentVariable("PATH")}";
        // The ffmpeg that crashes makes a folder.
        environment["LUS__Media__Sandbox"] = "off";
        var run = await LusProcess.RunAsync(
            ["run", folder[$"in-{Name}"], "--home", folder[$"home-{Name}"], "--model", folder["model"], "--json", "--verbose"],
            environment: environment, withoutPrivileges: true);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(
            ["done", "rejected: empty", "rejected: not_a_video", "rejected: outside_bucket", "rejected: playlist", "rejected: playlist", "rejected: unreadable"],
            run.Videos.Select(video => run.Status(video.GetProperty("video").GetString()!)).Order(StringComparer.Ordinal));
        Assert.Contains("An attempt at video", run.ErrorText, StringComparison.Ordinal);
        Assert.Contains("An attempt at video", collector.Logs, StringComparison.Ordinal);
        Assert.Contains("decoder_crashed", collector.Metrics, StringComparison.Ordinal);
        Assert.Contains("not_a_video", collector.Traces, StringComparison.Ordinal);
        foreach (var told in new[] { run.ErrorText, collector.Logs, collector.Metrics, collector.Traces, await SpansAsync(folder[$"home-{Name}"]) })
        {
            Assert.NotEmpty(told);
            Assert.DoesNotContain("Mueller", told, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("Hans", told, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static async Task MakeVideosAsync(string folder)
    {
        var study = Path.Combine(folder, Name);
        Directory.CreateDirectory(study);
        string In(string name) => Path.Combine(study, $"{Name}-{name}");
        await Ffmpeg.MakeAsync(In("good.mp4"), Ffmpeg.Pattern(1));
        await File.WriteAllTextAsync(In("text.mp4"), $"{Name} was here, and this is no video at all.");
        await File.WriteAllTextAsync(In("list.m3u8"), $"#EXTM3U\n#EXTINF:1,\n{Name}-good.mp4\n");
        await File.WriteAllTextAsync(In("concat.mp4"), $"ffconcat version 1.0\nfile '{Name}-good.mp4'\n");
        await File.WriteAllBytesAsync(In("empty.mp4"), []);
        await File.WriteAllTextAsync(In("closed.mp4"), "closed");
        File.SetUnixFileMode(In("closed.mp4"), UnixFileMode.None);
        await File.WriteAllTextAsync($"{folder}.mp4", "outside");
        File.CreateSymbolicLink(In("link.mp4"), $"{folder}.mp4");
        RunFixture.Age(folder);
    }

    /// <returns>The folder of an ffmpeg whose first run is killed and whose further ones are the real one's.</returns>
    private static string FfmpegThatCrashesOnce(string folder)
    {
        Directory.CreateDirectory(folder);
        var real = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(path => Path.Combine(path, "ffmpeg")).First(File.Exists);
        var script = Path.Combine(folder, "ffmpeg");
        File.WriteAllText(script, $"#!/bin/sh\nif mkdir '{folder}/crashed' 2>/dev/null; then kill -9 $$; fi\nexec '{real}' \"$@\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return folder;
    }

    private static async Task<string> SpansAsync(string home)
    {
        var options = new DbContextOptionsBuilder<SqliteLedgerContext>().UseSqliteLedger($"Data Source={Path.Combine(home, "ledger.db")};Pooling=False").Options;
        await using var ledger = new SqliteLedgerContext(options);
        return JsonSerializer.Serialize(await ledger.Spans.AsNoTracking().ToListAsync(TestContext.Current.CancellationToken));
    }
}
