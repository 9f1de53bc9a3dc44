using System.Diagnostics;

namespace LusPipeline.Benchmarks;

/// <summary>What decoding costs by itself: <c>ffmpeg -f null</c> on each video.</summary>
internal static class PureDecoding
{
    public static async Task<TimeSpan> CpuAsync(IEnumerable<string> videos)
    {
        var before = ChildTimes.Now();
        foreach (var video in videos)
        {
            using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", ["-nostdin", "-v", "error", "-i", "file:" + video, "-map", "0:V:0", "-f", "null", "-"])
            {
                RedirectStandardError = true,
            })!;
            await ffmpeg.StandardError.ReadToEndAsync();
            await ffmpeg.WaitForExitAsync();
        }
        return ChildTimes.Now() - before;
    }
}
