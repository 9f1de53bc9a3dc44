using System.Diagnostics;

namespace LusPipeline.IntegrationTests.Ingest;

/// <summary>Makes test videos with ffmpeg, and decodes them whole by the shortest command there is.</summary>
internal static class Ffmpeg
{
    public static string[] Pattern(double seconds = 4, string size = "160x120", int rate = 25) =>
        ["-f", "lavfi", "-i", FormattableString.Invariant($"testsrc=size={size}:rate={rate}:duration={seconds}")];

    public static Task MakeAsync(string path, params string[] arguments) => RunAsync([.. arguments, path]);

    /// <summary>Every frame, scaled as a clip's are, in one array: uint8 [n,H,W,3].</summary>
    public static Task<byte[]> DecodeAllAsync(string path, int width, int height) =>
        RunAsync(["-i", "file:" + path, "-map", "0:V:0", "-fps_mode", "passthrough", "-vf", $"scale={width}:{height}:flags=area", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]);

    private static async Task<byte[]> RunAsync(IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-nostdin", "-v", "error", "-y", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output.ToArray();
    }
}
