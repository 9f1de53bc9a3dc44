using LusPipeline.Buckets.Folder;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets;

/// <summary>Recognises errors of a disk that cannot be written any more.</summary>
public static class DiskSpace
{
    /// <summary>The settings with which a user chooses the disk for the pipeline's files.</summary>
    public const string Choice = "--home of lus run, Worker:Scratch of lus worker";

    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <summary>Whether the disk is full, its quota is used up, or it is read-only. A retry cannot help.</summary>
    public static bool IsUsedUp(IOException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.HResult is NoSpace or ReadOnlyFileSystem or QuotaExceeded;
    }

    /// <param name="folder">The folder that could not be written.</param>
    /// <param name="error">The system's error.</param>
    public static BrokenEngineException Broken(string folder, Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new($"'{folder}' cannot be written ({error.Message.Split(" : ")[0]}): make room there or choose another folder ({Choice}), and run again; nothing is lost.", error);
    }

    /// <summary>
    /// Whether an error means that another process deleted the folder while this one created it, or created a file in it. If the folder
    /// disappears between the two checks of .NET's CreateDirectory, the error says that it exists as a file.
    /// </summary>
    public static bool IsFolderRace(IOException error) => error is DirectoryNotFoundException or FileNotFoundException || error.HResult == LinuxFile.Exists;
}
