using LusPipeline.Core.Outcomes;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>Opens the user's files and translates failures into reason codes.</summary>
internal static class SourceFiles
{
    /// <summary>Size and modification time of a file. Links are followed.</summary>
    /// <exception cref="RejectedException">The path is missing, is not a regular file, or may not be read.</exception>
    public static FileInfo Regular(string path)
    {
        try
        {
            var info = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            if (!info.Exists)
                throw Vanished();
            return info;
        }
        catch (FileNotFoundException)
        {
            throw Vanished();
        }
        catch (DirectoryNotFoundException)
        {
            throw Vanished();
        }
        catch (UnauthorizedAccessException)
        {
            throw Unreadable();
        }
    }

    /// <exception cref="RejectedException">The file is missing or may not be read.</exception>
    /// <exception cref="TransientException">The disk or network did not answer.</exception>
    public static SafeFileHandle OpenForReading(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Vanished();
        }
        catch (UnauthorizedAccessException)
        {
            throw Unreadable();
        }
        catch (IOException exception)
        {
            throw new TransientException(ReasonCode.Unreadable, $"The file could not be opened (error {exception.HResult}).", exception);
        }
    }

    private static RejectedException Vanished() => new(ReasonCode.Vanished, "The file is gone.");

    private static RejectedException Unreadable() => new(ReasonCode.Unreadable, "Its permissions forbid reading the file.");
}
