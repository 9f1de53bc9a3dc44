using System.Diagnostics;
using System.Globalization;
using LusPipeline.Core.Outcomes;
using LusPipeline.Media;
using LusPipeline.Media.Processes;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.IntegrationTests.Ingest;

/// <summary>Faults of ours: retried, or the process stops and says what to mend. The video is never blamed.</summary>
public class EngineFaultTests
{
    [Fact]
    public async Task Ffmpeg_killed_is_worth_another_attempt()
    {
        using var bench = await BenchAsync(ffmpeg: "kill -9 $$", sandbox: SandboxMode.Off);

        var exception = await Assert.ThrowsAsync<TransientException>(() => bench.IngestAsync(bench.PathOf("a.mp4")));

        Assert.Equal(ReasonCode.DecoderCrashed, exception.Reason);
        AssertNothingLeft(bench);
    }

    [Fact]
    public async Task Ffmpeg_stopped_by_a_polite_signal_is_worth_another_attempt()
    {
        using var bench = await BenchAsync(ffmpeg: "ffmpeg \"$@\" -f lavfi -i testsrc=duration=1000:rate=1000 -f null - & sleep 0.5; kill -TERM $!; wait $!", sandbox: SandboxMode.Off);

        var exception = await Assert.ThrowsAsync<TransientException>(() => bench.IngestAsync(bench.PathOf("a.mp4")));

        Assert.Equal(ReasonCode.DecoderCrashed, exception.Reason);
    }

    [Fact]
    public async Task Ffprobe_killed_is_worth_another_attempt()
    {
        using var bench = await BenchAsync(ffprobe: "printf '{\"packets\": ['; kill -9 $$", sandbox: SandboxMode.Off);

        var exception = await Assert.ThrowsAsync<TransientException>(() => bench.IngestAsync(bench.PathOf(Probed)));

        Assert.Equal(ReasonCode.DecoderCrashed, exception.Reason);
    }

    [Theory]
    [InlineData("ffprobe")]
    [InlineData("ffmpeg")]
    public async Task Past_the_time_limit_the_whole_process_tree_is_killed(string program)
    {
        // A decoder may write no file, but the name of a folder tells as much.
        const string Hang = "cd \"$(dirname \"$0\")\"; sleep 300 & mkdir child.$!; wait";
        var clock = new FakeTimeProvider();
        var options = new IngestOptions { DecodeTimeout = TimeSpan.FromMinutes(2) };
        using var bench = program == "ffmpeg"
            ? await BenchAsync(options, ffmpeg: Hang, time: clock, sandbox: SandboxMode.Off)
            : await BenchAsync(options, ffprobe: Hang, time: clock, sandbox: SandboxMode.Off);

        var ingest = bench.IngestAsync(bench.PathOf(Probed));
        string? started;
        while ((started = Directory.EnumerateDirectories(bench.PathOf("."), "child.*").SingleOrDefault()) is null)
            await Task.Delay(10, Cancellation);
        clock.Advance(options.DecodeTimeout);
        var exception = await Assert.ThrowsAsync<TransientException>(() => ingest);

        Assert.Equal(ReasonCode.DecodeTimeout, exception.Reason);
        AssertNothingLeft(bench);
        var child = int.Parse(Path.GetExtension(started).AsSpan(1), CultureInfo.InvariantCulture);
        // The system takes a killed process away a moment after the signal.
        for (var deadline = Environment.TickCount64 + 10_000; IsRunning(child); await Task.Delay(20, Cancellation))
            Assert.True(Environment.TickCount64 < deadline, "The child of the killed process lives on.");
    }

    [Fact]
    public async Task Cancelling_kills_the_decoder_and_gives_the_permits_back()
    {
        using var bench = await BenchAsync(ffmpeg: "touch \"$(dirname \"$0\")/started\"; exec sleep 300", sandbox: SandboxMode.Off);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var ingest = bench.IngestAsync(bench.PathOf("a.mp4"), cancellation: cancel.Token);
        while (!File.Exists(bench.PathOf("started")))
            await Task.Delay(10, Cancellation);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ingest);
        AssertNothingLeft(bench);
    }

    [Fact]
    public async Task A_receiver_that_fails_fails_the_cut_and_no_permit_is_lost()
    {
        using var bench = await BenchAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => bench.IngestAsync(bench.PathOf("a.mp4"), onClip: _ => throw new InvalidOperationException("No broker.")));

        Assert.Equal(bench.Gate.Capacity, bench.Gate.Free);
    }

    [Fact]
    public async Task A_flood_on_stderr_does_not_block()
    {
        using var bench = await BenchAsync(ffmpeg: "head -c 20000000 /dev/zero | tr '\\0' 'x' >&2; exit 1");

        var exception = await Assert.ThrowsAsync<RejectedException>(() => bench.IngestAsync(bench.PathOf("a.mp4")));

        Assert.Equal(ReasonCode.Undecodable, exception.Reason);
    }

    [Fact]
    public async Task A_missing_program_breaks_the_engine_with_the_fix()
    {
        using var bench = await BenchAsync(new IngestOptions { Ffprobe = "/nowhere/ffprobe" });

        var exception = await Assert.ThrowsAsync<BrokenEngineException>(() => bench.IngestAsync(bench.PathOf(Probed)));

        Assert.Contains("Install ffmpeg", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_breaks_the_engine_with_the_fix()
    {
        using var bench = await BenchAsync();
        using var mount = Process.Start(new ProcessStartInfo("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", bench.Clips]) { RedirectStandardError = true })!;
        await mount.WaitForExitAsync(Cancellation);
        Assert.SkipWhen(mount.ExitCode != 0, "Mounting a small file system needs root.");
        try
        {
            var exception = await Assert.ThrowsAsync<BrokenEngineException>(() => bench.IngestAsync(bench.PathOf("a.mp4")));

            Assert.Contains("full", exception.Message, StringComparison.Ordinal);
            AssertNothingLeft(bench);
        }
        finally
        {
            using var unmount = Process.Start("umount", ["-l", bench.Clips]);
            await unmount.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_decode_by_the_index_that_takes_too_long_gives_way_to_the_probe()
    {
        var clock = new FakeTimeProvider();
        var options = new IngestOptions { DecodeTimeout = TimeSpan.FromMinutes(2) };
        using var bench = await BenchAsync(options, ffmpeg: "cd \"$(dirname \"$0\")\"; if mkdir once 2>/dev/null; then touch started; exec sleep 300; fi; exec ffmpeg \"$@\"", time: clock, sandbox: SandboxMode.Off);

        var ingest = bench.IngestAsync(bench.PathOf("a.mp4"));
        while (!File.Exists(bench.PathOf("started")))
            await Task.Delay(10, Cancellation);
        clock.Advance(options.DecodeTimeout);

        Assert.Equal(2, (await ingest).Report.Decodes);
        Assert.Equal(["probe", "decode", "probe", "decode"], bench.Steps);
    }

    /// <summary>A container without an index.</summary>
    private const string Probed = "a.mkv";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<IngestBench> BenchAsync(IngestOptions? options = null, string? ffmpeg = null, string? ffprobe = null, TimeProvider? time = null, SandboxMode sandbox = SandboxMode.Auto)
    {
        var bench = new IngestBench(options, ffmpeg: ffmpeg, ffprobe: ffprobe, time: time, sandbox: sandbox);
        foreach (var name in new[] { "a.mp4", Probed })
            await Ffmpeg.MakeAsync(bench.PathOf(name), [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);
        return bench;
    }

    private static void AssertNothingLeft(IngestBench bench)
    {
        Assert.Equal(bench.Gate.Capacity, bench.Gate.Free);
        Assert.Empty(Directory.EnumerateFiles(bench.Clips));
        Assert.Empty(Directory.EnumerateFiles(bench.Scratch));
    }

    private static bool IsRunning(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // It is gone.
        }
    }
}
