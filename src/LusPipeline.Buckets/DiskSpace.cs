using LusPipeline.Buckets.Folder;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets;

/// <summary>Tells a disk that takes no more from other errors.</summary>
public static class DiskSpace
{
    /// <summary>Where a user chooses the disk for our own files.</summary>
    public const string Choice = "--home of lus run, Worker:Scratch of lus worker";

    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <summary>The disk is full, its quota is used up, or it is read only: nothing that a retry could mend.</summary>
    public static bool IsUsedUp(IOException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.HResult is NoSpace or ReadOnlyFileSystem or QuotaExceeded;
    }

    /// <param name="folder">The folder that could not be written.</param>
    /// <param name="error">What the system said.</param>
    public static BrokenEngineException Broken(string folder, Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new($"'{folder}' cannot be written ({error.Message.Split(" : ")[0]}): make room there or choose another folder ({Choice}), and run again; nothing is lost.", error);
    }

    /// <summary>
    /// What making a folder, or a file in it, says when another deletes the folder at that moment. .NET's CreateDirectory reports the
    /// folder as an existing file when it goes between its two looks.
    /// </summary>
    public static bool IsFolderRace(IOException error) => error is DirectoryNotFoundException or FileNotFoundException || error.HResult == LinuxFile.Exists;
}
