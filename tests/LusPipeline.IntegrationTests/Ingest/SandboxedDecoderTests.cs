using LusPipeline.Core.Outcomes;
using LusPipeline.Media.Processes;

namespace LusPipeline.IntegrationTests.Ingest;

/// <summary>An ffmpeg that a video has taken over. That the real one decodes every format in the sandbox is held by all other tests of this folder.</summary>
public class SandboxedDecoderTests
{
    /// <summary>Tells what lies beside the video as an error of ffmpeg.</summary>
    private const string Attack = "secret=$(cat \"$(dirname \"$0\")/secret\" 2>&1); printf '[error] %s\\n' \"$secret\" >&2; exit 1";

    [Fact]
    public async Task It_reads_no_other_file_of_the_user()
    {
        Assert.Contains("another patient", await AttackAsync(SandboxMode.Off), StringComparison.Ordinal);
        Assert.SkipUnless(KernelSandbox.For(SandboxMode.Auto) == SandboxLevel.Full, "This kernel does not offer the whole sandbox.");
        var told = await AttackAsync(SandboxMode.Auto);
        Assert.DoesNotContain("another patient", told, StringComparison.Ordinal);
        Assert.Contains("Permission denied", told, StringComparison.Ordinal);
    }

    private static async Task<string> AttackAsync(SandboxMode mode)
    {
        using var bench = new IngestBench(ffmpeg: Attack, sandbox: mode);
        await Ffmpeg.MakeAsync(bench.PathOf("a.mp4"), [.. Ffmpeg.Pattern(), "-c:v", "libx264"]);
        await File.WriteAllTextAsync(bench.PathOf("secret"), "another patient", TestContext.Current.CancellationToken);
        return (await Assert.ThrowsAsync<RejectedException>(() => bench.IngestAsync(bench.PathOf("a.mp4")))).Message;
    }
}
