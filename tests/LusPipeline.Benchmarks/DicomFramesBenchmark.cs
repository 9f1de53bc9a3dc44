using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using LusPipeline.Dicom.Parsing;
using LusPipeline.Dicom.Pixels;
using LusPipeline.Tests;

namespace LusPipeline.Benchmarks;

/// <summary>The frames of DICOM loops in JPEG-LS or lossless JPEG, decoded here and by ffmpeg: the least CPU time of each.</summary>
internal static partial class DicomFramesBenchmark
{
    public static async Task MeasureAsync(IEnumerable<string> loops, int rounds)
    {
        foreach (var path in loops)
        {
            using var folder = new TemporaryFolder();
            var decoder = await UnpackAsync(path, folder) == PixelCoding.JpegLs ? "jpegls" : "mjpeg";
            var (here, ffmpeg, frames) = (TimeSpan.MaxValue, TimeSpan.MaxValue, 0);
            for (var round = 0; round < rounds; round++)
            {
                await using var file = File.OpenRead(path);
                var before = Environment.CpuUsage.TotalTime;
                var loop = DicomLoop.Open(file, int.MaxValue, int.MaxValue);
                file.Position = 0;
                await loop.WriteFramesAsync(file, Stream.Null, CancellationToken.None);
                (here, frames) = (Least(here, Environment.CpuUsage.TotalTime - before), loop.Frames);
                ffmpeg = Least(ffmpeg, await DecodeAsync(["-f", "image2", "-c:v", decoder, "-i", folder["%06d.frame"]]));
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {Path.GetFileName(path)} | {frames} frames | here {here.TotalSeconds:0.00} s | ffmpeg {ffmpeg.TotalSeconds:0.00} s | {here / ffmpeg:0.00} |"));
        }
    }

    /// <returns>The CPU time that ffmpeg says it took.</returns>
    private static async Task<TimeSpan> DecodeAsync(IEnumerable<string> input)
    {
        var start = new ProcessStartInfo("ffmpeg", ["-nostdin", "-hide_banner", "-benchmark", "-threads", "1", .. input, "-f", "null", "-"]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var log = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var spent = UsedTime().Match(log);
        return TimeSpan.FromSeconds(double.Parse(spent.Groups[1].Value, CultureInfo.InvariantCulture) + double.Parse(spent.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("bench: utime=([0-9.]+)s stime=([0-9.]+)s")]
    private static partial Regex UsedTime();

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>Writes each coded frame to a file of its own.</summary>
    private static async Task<PixelCoding> UnpackAsync(string path, TemporaryFolder folder)
    {
        await using var file = File.OpenRead(path);
        var loop = DicomLoop.Open(file, int.MaxValue, int.MaxValue);
        file.Position = 0;
        using var frames = new MemoryStream();
        await loop.WriteCodedFramesAsync(file, frames, async (frame, _, _) =>
        {
            await FlushAsync(frame);
            return 0;
        }, CancellationToken.None);
        await FlushAsync(loop.Frames);
        return loop.Header.Syntax.Coding;

        async Task FlushAsync(int number)
        {
            if (frames.Length > 0)
                await File.WriteAllBytesAsync(folder[$"{number:d6}.frame"], frames.ToArray());
            frames.SetLength(0);
        }
    }
}
