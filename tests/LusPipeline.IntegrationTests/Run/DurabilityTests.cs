using System.Diagnostics;
using System.Text.RegularExpressions;

namespace LusPipeline.IntegrationTests.Run;

/// <summary>What survives a power cut, by the order in which a run writes to the disk and tells: its system calls.</summary>
public sealed partial class DurabilityTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Features_are_on_the_disk_before_their_row_and_a_result_before_it_is_told()
    {
        Assert.SkipUnless(await CanTraceAsync(), "strace is missing, or may not trace here.");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["videos/p1"]);
        File.Copy(Path.Combine(fixture.Videos, "p1", "a.mp4"), folder["videos/p1/a.mp4"]);
        RunFixture.Age(folder["videos"]);

        var calls = await TraceAsync(
            folder["trace"], Path.Combine(AppContext.BaseDirectory, "lus"), "run", folder["videos"], "--home", folder["home"], "--model", fixture.Model, "--json");

        var moved = Single(calls, call => call.StartsWith("rename(", StringComparison.Ordinal) && call.Contains("-fp32.npy\"", StringComparison.Ordinal));
        var (from, to) = Renamed(calls[moved]);
        var clip = Path.GetDirectoryName(to)!;
        var row = calls.FindIndex(call => IsWrite(call, "ledger.db-wal") && call.Contains($"features/{Path.GetFileName(clip)}", StringComparison.Ordinal));
        Assert.True(row > 0, "No row points at the features.");
        Assert.InRange(LastSync(calls, from, moved), 0, moved);
        Assert.All(new[] { clip, folder["home/objects/features"], folder["home/objects"] }, path => Assert.InRange(LastSync(calls, path, row), moved, row));

        var told = Single(calls, call => call.StartsWith("write(", StringComparison.Ordinal) && call.Contains("\\\"kind\\\":\\\"video\\\"", StringComparison.Ordinal));
        var done = calls.FindLastIndex(told, call => IsWrite(call, "ledger.db-wal") && call.Contains("p1/a.mp4", StringComparison.Ordinal));
        Assert.True(done > row, "No row of the video was written.");
        Assert.InRange(LastSync(calls, folder["home/ledger.db-wal"], told), done, told);
    }

    private static bool IsWrite(string call, string file) => call.StartsWith("pwrite64(", StringComparison.Ordinal) && call.Split('>')[0].EndsWith(file, StringComparison.Ordinal);

    /// <summary>The last fsync of a file that ended before a call; -1 for none.</summary>
    private static int LastSync(List<string> calls, string path, int before) =>
        calls.FindLastIndex(before, call => Synced().Match(call) is { Success: true } sync && sync.Groups["path"].Value == path);

    private static int Single(List<string> calls, Predicate<string> which)
    {
        Assert.Single(calls, which);
        return calls.FindIndex(which);
    }

    private static (string From, string To) Renamed(string call)
    {
        var names = Quoted().Matches(call);
        return (names[0].Groups["name"].Value, names[1].Groups["name"].Value);
    }

    private static async Task<bool> CanTraceAsync()
    {
        try
        {
            using var strace = Process.Start(new ProcessStartInfo("strace", ["-qq", "-o", "/dev/null", "true"]) { RedirectStandardError = true })!;
            await strace.WaitForExitAsync(Cancellation);
            return strace.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>The calls in the order of their ends, without the number of the thread.</summary>
    private static async Task<List<string>> TraceAsync(string file, params string[] command)
    {
        var start = new ProcessStartInfo(
            "strace", ["-f", "-y", "-qq", "-s", "100000", "-e", "trace=fsync,fdatasync,rename,write,pwrite64", "-e", "signal=none", "-o", file, .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var traced = Process.Start(start)!;
        var output = traced.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = await traced.StandardError.ReadToEndAsync(Cancellation);
        await traced.WaitForExitAsync(Cancellation);
        Assert.True(traced.ExitCode == 0, $"{errors}\n{await output}");
        var calls = new List<string>();
        var begun = new Dictionary<string, string>();
        await foreach (var line in File.ReadLinesAsync(file, Cancellation))
        {
            var (thread, call) = (line.Split(' ')[0], line[line.IndexOf(' ', StringComparison.Ordinal)..].TrimStart());
            if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal))
                begun[thread] = call;
            else
                calls.Add(call.StartsWith("<... ", StringComparison.Ordinal) ? begun[thread] : call);
        }
        return calls;
    }

    [GeneratedRegex("^f(data)?sync\\(\\d+<(?<path>[^>]*)>")]
    private static partial Regex Synced();

    [GeneratedRegex("\"(?<name>[^\"]*)\"")]
    private static partial Regex Quoted();
}
