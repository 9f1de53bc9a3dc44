using System.Diagnostics;
using System.Globalization;
using LusPipeline.Tests;

namespace LusPipeline.Benchmarks;

/// <summary>A video of many hours in windows of a second: small pictures and a tiny model, so that only its length counts.</summary>
internal static class LongVideoBenchmark
{
    private const int FramesASecond = 2;

    public static async Task MeasureAsync(string lus, int hours)
    {
        using var folder = new TemporaryFolder();
        TinyBundle.Write(folder["model"]);
        Directory.CreateDirectory(folder["videos"]);
        var seconds = hours * 3600;
        var source = string.Create(CultureInfo.InvariantCulture, $"testsrc=size=64x48:rate={FramesASecond}:duration={seconds}");
        using (var ffmpeg = Process.Start("ffmpeg", ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", source, Path.Combine(folder["videos"], "long.mp4")]))
            await ffmpeg.WaitForExitAsync();
        string[] run = ["run", folder["videos"], "--home", folder["home"], "--model", folder["model"], "--clips", "windows", "--window", "1", "--stride", "1", "--json"];

        using (var limited = Process.Start(new ProcessStartInfo(lus, run) { RedirectStandardOutput = true, RedirectStandardError = true })!)
        {
            var errors = limited.StandardError.ReadToEndAsync();
            Console.WriteLine($"with the default limits: {(await limited.StandardOutput.ReadLineAsync())?.Split("\"warnings\"")[0]}…");
            await limited.StandardOutput.ReadToEndAsync();
            await errors;
            await limited.WaitForExitAsync();
        }
        var frames = seconds * FramesASecond;
        var watched = await WatchedRun.StartAsync(lus, [.. run, "--max-frames", frames.ToString(CultureInfo.InvariantCulture)]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            with --max-frames {frames}: {seconds} clips
            end to end                   {watched.Wall.TotalSeconds:F0} s, {watched.Cpu.TotalSeconds:F0} s of CPU
            peak memory                  {watched.PeakBytes >> 20} MiB, of its children together {watched.PeakChildrenBytes >> 20} MiB
            """));
    }
}
