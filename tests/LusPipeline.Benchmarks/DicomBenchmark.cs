using System.Diagnostics;
using System.Globalization;
using LusPipeline.Tests;

namespace LusPipeline.Benchmarks;

/// <summary>
/// <c>lus run</c> on DICOM loops and on videos of the same frames in the same coding, in turns. The model is a tiny one, so that reading and
/// decoding are most of what is measured.
/// </summary>
internal static class DicomBenchmark
{
    private const int Width = 800;
    private const int Height = 600;
    private const int Frames = 100;
    private const int Copies = 6;

    private static readonly Coding[] Codings =
    [
        new("raw colours", ["-c:v", "rawvideo", "-pix_fmt", "rgb24"], "1.2.840.10008.1.2.1", "RGB", ["-f", "rawvideo", "-pix_fmt", "rgb24"]),
        new("JPEG", ["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj422p"], "1.2.840.10008.1.2.4.50", "YBR_FULL_422", ["-c", "copy", "-f", "image2"]),
        new("H.264", ["-c:v", "libx264", "-bf", "0", "-pix_fmt", "yuv420p"], "1.2.840.10008.1.2.4.102", "YBR_PARTIAL_420", ["-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264"]),
    ];

    public static async Task MeasureAsync(string lus, int rounds)
    {
        Console.WriteLine($"{Copies} loops of {Frames} frames, {Width}x{Height}; the least of {rounds} rounds");
        foreach (var coding in Codings)
        {
            using var folder = new TemporaryFolder();
            TinyBundle.Write(folder["model"]);
            await MakeAsync(coding, folder);
            var (video, loop) = (new Least(), new Least());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var (kind, least) in round % 2 == 0 ? [("videos", video), ("loops", loop)] : new[] { ("loops", loop), ("videos", video) })
                    least.Take(await WatchedRun.StartAsync(lus, "run", folder[kind], "--home", folder[$"home-{kind}-{round}"], "--model", folder["model"], "--json"));
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                | {coding.Name} | videos {video} | loops {loop} | wall {loop.Wall / video.Wall:0.00}, CPU {loop.Cpu / video.Cpu:0.00} (aim ≤ 1.10) |
                """));
        }
    }

    private static async Task MakeAsync(Coding coding, TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["videos"]);
        Directory.CreateDirectory(folder["loops"]);
        for (var copy = 0; copy < Copies; copy++)
        {
            var video = folder[$"videos/{copy}.mov"];
            // Other frames in each copy: equal contents would be one video.
            await FfmpegAsync(
                ["-f", "lavfi", "-i", $"testsrc2=size={Width}x{Height}:rate=25,trim=start_frame={copy * Frames}:end_frame={(copy + 1) * Frames},setpts=PTS-STARTPTS", .. coding.ToVideo, video]);
            var stream = folder[coding.Name == "JPEG" ? "frame-%04d.jpg" : "stream"];
            await FfmpegAsync(["-i", video, .. coding.ToLoop, stream]);
            var loop = coding.Photometric == "RGB"
                ? DicomWriter.Colours(await File.ReadAllBytesAsync(stream), Width, Height, instance: copy)
                : DicomWriter.Coded(coding.Syntax, coding.Photometric, Frames, Width, Height, copy, FilesOf(stream));
            await File.WriteAllBytesAsync(folder[$"loops/{copy}.dcm"], loop);
        }
    }

    private static IEnumerable<byte[]> FilesOf(string stream) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(stream)!, Path.GetFileName(stream).Replace("%04d", "*", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes);

    private static async Task FfmpegAsync(IEnumerable<string> arguments)
    {
        using var ffmpeg = Process.Start("ffmpeg", ["-nostdin", "-v", "error", "-y", .. arguments]);
        await ffmpeg.WaitForExitAsync();
        if (ffmpeg.ExitCode != 0)
            throw new InvalidOperationException($"ffmpeg ends with {ffmpeg.ExitCode}.");
    }

    /// <param name="ToVideo">Options that make the video.</param>
    /// <param name="Syntax">UID of the transfer syntax.</param>
    /// <param name="ToLoop">Options that take the coded frames out of the video.</param>
    private sealed record Coding(string Name, string[] ToVideo, string Syntax, string Photometric, string[] ToLoop);

    private sealed class Least
    {
        public TimeSpan Wall { get; private set; } = TimeSpan.MaxValue;

        public TimeSpan Cpu { get; private set; } = TimeSpan.MaxValue;

        public void Take(WatchedRun run) => (Wall, Cpu) = (run.Wall < Wall ? run.Wall : Wall, run.Cpu < Cpu ? run.Cpu : Cpu);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Wall.TotalSeconds:0.00} s, CPU {Cpu.TotalSeconds:0.00} s");
    }
}
