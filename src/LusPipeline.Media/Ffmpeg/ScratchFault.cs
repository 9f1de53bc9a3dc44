using LusPipeline.Buckets;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>Failures to write our own files: no video's fault, so the process stops and says what to mend.</summary>
internal static class ScratchFault
{
    /// <summary>ENOSPC and EDQUOT of Linux; .NET hands the system's number on.</summary>
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    public static BrokenEngineException Wrap(Exception exception) => new(
        exception.HResult is NoSpace or QuotaExceeded
            ? $"The disk that holds the scratch folder is full. Free some space on it, or choose another ({DiskSpace.Choice}); nothing is lost, and the next run goes on from here."
            : $"The scratch folder cannot be written ({exception.GetType().Name}, error {exception.HResult}). Mend its permissions, or choose another ({DiskSpace.Choice}); nothing is lost, and the next run goes on from here.",
        exception);
}
