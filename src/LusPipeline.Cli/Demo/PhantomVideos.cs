using System.Globalization;
using LusPipeline.Core.Outcomes;
using LusPipeline.Media.Processes;

namespace LusPipeline.Cli.Demo;

/// <summary>The videos of <c>lus demo</c>: phantoms in the codecs, containers and sizes that real archives have.</summary>
internal static class PhantomVideos
{
    private const int MaxErrorCharacters = 4000;

    /// <summary>The files' modification time. It is old, so that files count as stable at once, and the same on every machine.</summary>
    private static readonly DateTime Written = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Three studies of several videos, and one of a single video at the top.</summary>
    public static IReadOnlyList<PhantomVideo> All { get; } =
    [
        new("phantom-a-lines/left-anterior.mp4", PhantomKind.ALines, 480, 360, 90, 25, 11, "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"),
        new("phantom-a-lines/left-lateral.gif", PhantomKind.ALines, 256, 256, 40, 10, 12, "-c:v", "gif"),
        new("phantom-a-lines/right-anterior.avi", PhantomKind.ALines, 400, 300, 60, 20, 13, "-c:v", "mpeg4", "-q:v", "4"),
        new("phantom-b-lines/right-posterior.mp4", PhantomKind.BLines, 640, 480, 75, 30, 21, "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "gray"),
        new("phantom-b-lines/left-posterior.mpeg", PhantomKind.BLines, 352, 288, 75, 25, 22, "-c:v", "mpeg2video", "-q:v", "4"),
        new("phantom-consolidation/right-basal.mov", PhantomKind.Consolidation, 500, 412, 50, 18, 31, "-c:v", "mjpeg", "-q:v", "5", "-pix_fmt", "yuvj420p"),
        new("phantom-consolidation/right-basal-2.mp4", PhantomKind.Consolidation, 320, 240, 120, 30, 32, "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"),
        new("phantom-single.avi", PhantomKind.BLines, 300, 300, 30, 15, 23, "-c:v", "mpeg4", "-q:v", "4"),
    ];

    /// <summary>Writes all videos and replaces existing ones.</summary>
    /// <param name="folder">The folder; it is created if it does not exist.</param>
    /// <param name="cancellation">Ends the writing; no half-written video stays under its name.</param>
    /// <exception cref="BrokenEngineException">ffmpeg is missing or cannot write one of the videos.</exception>
    public static async Task WriteAsync(string folder, CancellationToken cancellation)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        await Parallel.ForEachAsync(All, options, async (video, token) => await WriteAsync(folder, video, token));
    }

    /// <inheritdoc cref="WriteAsync(string, CancellationToken)"/>
    public static async Task WriteAsync(string folder, PhantomVideo video, CancellationToken cancellation)
    {
        var final = Path.Combine(folder, video.Key);
        // The file is hidden while it is written, so that no program takes it for a finished video. Its extension tells ffmpeg the container.
        var unfinished = Path.Combine(Path.GetDirectoryName(final)!, "." + Path.GetFileName(final));
        Directory.CreateDirectory(Path.GetDirectoryName(final)!);
        try
        {
            await EncodeAsync(unfinished, video, cancellation);
            File.SetLastWriteTimeUtc(unfinished, Written);
            File.Move(unfinished, final, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static async Task EncodeAsync(string path, PhantomVideo video, CancellationToken cancellation)
    {
        var complaint = new TextTail(MaxErrorCharacters);
        var pipes = new ChildPipes(complaint.ReadAsync) { Input = (stream, token) => DrawAsync(video, stream, token) };
        ChildExit exit;
        try
        {
            exit = await ChildProcess.RunAsync(new("ffmpeg", Arguments(path, video)), pipes, cancellation);
        }
        catch (ChildNotStartedException missing)
        {
            throw new BrokenEngineException("ffmpeg is needed and was not found: install your distribution's package ffmpeg.", missing.InnerException);
        }
        if (exit.Code != 0)
            throw new BrokenEngineException($"ffmpeg could not write a demo video ({video.Encoding[1]}): {complaint.ToString().Trim()}");
    }

    private static async Task DrawAsync(PhantomVideo video, Stream frames, CancellationToken cancellation)
    {
        var phantom = new Phantom(video);
        var image = new byte[video.Width * video.Height];
        for (var frame = 0; frame < video.Frames; frame++)
        {
            phantom.Draw(frame, image);
            await frames.WriteAsync(image, cancellation);
        }
    }

    private static string[] Arguments(string path, PhantomVideo video) =>
    [
        "-hide_banner", "-loglevel", "error", "-y",
        "-f", "rawvideo", "-pix_fmt", "gray",
        "-video_size", string.Create(CultureInfo.InvariantCulture, $"{video.Width}x{video.Height}"),
        "-framerate", video.FramesPerSecond.ToString(CultureInfo.InvariantCulture),
        "-i", "pipe:0",
        .. video.Encoding,
        "-threads", "1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1",
        "file:" + path,
    ];
}
