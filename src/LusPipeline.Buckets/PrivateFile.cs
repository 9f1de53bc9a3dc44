namespace LusPipeline.Buckets;

/// <summary>Writes files of patients' data or secrets. Only the user who runs the program may read them, whatever the umask is.</summary>
public static class PrivateFile
{
    /// <summary>Writes a file as a whole, or replaces it: it appears with all of its content, or not at all.</summary>
    /// <param name="path">Where the file is to be. The folder has to exist.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var unfinished = path + ".part";
        File.Delete(unfinished);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(unfinished, options))
            write(file);
        File.Move(unfinished, path, overwrite: true);
    }
}
