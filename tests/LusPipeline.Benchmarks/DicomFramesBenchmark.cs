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
    private const int Width = 800;
    private const int Height = 600;
    private const int Frames = 60;

    /// <summary>Measures a video's first frames, scaled, as grey and as colours, in the codings of dcmtk's dcmcjpls and dcmcjpeg.</summary>
    public static async Task MeasureVideoAsync(string video, int rounds)
    {
        using var folder = new TemporaryFolder();
        var loops = new List<string>();
        foreach (var (name, format) in new[] { ("grey", "gray"), ("rgb", "rgb24") })
        {
            var raw = folder[name];
            await RunAsync("ffmpeg", "-nostdin", "-v", "error", "-stream_loop", "-1", "-i", video, "-vf", $"scale={Width}:{Height}", "-frames:v", $"{Frames}", "-pix_fmt", format, "-f", "rawvideo", raw);
            var pixels = await File.ReadAllBytesAsync(raw);
            await File.WriteAllBytesAsync(raw, name == "rgb" ? DicomWriter.Colours(pixels, Width, Height) : Grey(pixels));
            foreach (var (coding, program, option) in new[] { ("jpegls", "dcmcjpls", "+el"), ("lossless", "dcmcjpeg", "+e1") })
            {
                loops.Add(folder[$"{name}.{coding}"]);
                await RunAsync(program, option, raw, loops[^1]);
            }
        }
        await MeasureAsync(loops, rounds);
    }

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

    private static byte[] Grey(byte[] pixels) => DicomWriter.File("1.2.840.10008.1.2.1").Text(0x0008_0018, "UI", "1.2.3").Image($"{Frames}", Height, Width)
        .Long(0x7FE0_0010, "OB", (uint)pixels.Length, pixels).Bytes();

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ends with {process.ExitCode}.");
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
