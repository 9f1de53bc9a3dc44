using LusPipeline.Buckets;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>Detects failures to write the program's own files. No video causes them, so the process stops and says what to fix.</summary>
internal static class ScratchFault
{
    /// <summary>ENOSPC and EDQUOT of Linux. .NET passes the system's error number on.</summary>
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    private const string Otherwise = $"or choose another ({DiskSpace.Choice}); nothing is lost, and the next run goes on from here.";

    public static BrokenEngineException Wrap(Exception exception) => new(
        exception.HResult is NoSpace or QuotaExceeded
            ? $"The disk that holds the scratch folder is full. Free some space on it, {Otherwise}"
            : $"The scratch folder cannot be written ({exception.GetType().Name}, error {exception.HResult}). Mend its permissions, {Otherwise}",
        exception);
}
