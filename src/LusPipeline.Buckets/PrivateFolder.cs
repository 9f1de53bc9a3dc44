namespace LusPipeline.Buckets;

/// <summary>Creates folders for patients' data. Only the user who runs the program may enter them, whatever the umask is.</summary>
public static class PrivateFolder
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a folder. One that is there keeps its rights: it may be the user's own, or shared.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public static void MakeIfMissing(string path)
    {
        if (!Directory.Exists(path))
            Make(path);
    }

    /// <summary>Creates a folder, or restricts an existing one to this user.</summary>
    /// <returns>Its absolute path.</returns>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be created, or belongs to another user.</exception>
    public static string Make(string path)
    {
        var folder = Directory.CreateDirectory(path, Mode).FullName;
        // Only the owner of a folder may do this.
        File.SetUnixFileMode(folder, Mode);
        return folder;
    }
}
