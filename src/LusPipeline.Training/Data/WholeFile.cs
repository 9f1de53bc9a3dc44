using LusPipeline.Models.Bundles;

namespace LusPipeline.Training.Data;

/// <summary>Writes files of results so that nobody ever sees half of one.</summary>
public static class WholeFile
{
    /// <summary>Writes a file, or replaces it. If writing fails, what was there stays.</summary>
    /// <param name="write">Writes the whole content.</param>
    /// <exception cref="TrainingDataException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full.</exception>
    public static void Replace(string path, Action<Stream> write)
    {
        var full = Path.GetFullPath(path);
        RequireFolder(full);
        BundleFile.Replace(full, write);
    }

    /// <summary>Checks that a file can be made before anybody waits for what is to be in it.</summary>
    /// <exception cref="TrainingDataException">The folder does not exist, or the path is a folder.</exception>
    public static void RequireFolder(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw new TrainingDataException($"'{full}' is a folder. Give the name of a file.");
        if (Path.GetDirectoryName(full) is { } folder && !Directory.Exists(folder))
            throw new TrainingDataException($"There is no folder '{folder}' for '{Path.GetFileName(full)}'. Make it first.");
    }
}
