using LusPipeline.Buckets.Folder;

namespace LusPipeline.Buckets;

/// <summary>A file or folder that the user named.</summary>
/// <param name="RealPath">The absolute path without links.</param>
/// <param name="FileKey">The name of a file, which is the key of its only object. Null for a folder.</param>
internal sealed record WatchedPath(string RealPath, string? FileKey)
{
    /// <exception cref="FileNotFoundException">There is no such file or folder, or it may not be read.</exception>
    public static WatchedPath From(string path)
    {
        var real = LinuxFile.RealPath(path) ?? throw new FileNotFoundException($"There is no file or folder '{path}', or it may not be read.");
        if (Directory.Exists(real))
            return new(real, null);
        // This is the name that the user gave, because the user may not know the name of a link's target.
        return new(real, Path.GetFileName(Path.GetFullPath(path)));
    }

    /// <summary>Returns the path of the object of a key. Null if the key cannot be below this path.</summary>
    public string? Locate(string key)
    {
        if (FileKey is not null)
            return key == FileKey ? RealPath : null;
        return key.Split('/').Any(segment => segment is "" or "." or "..") ? null : Path.Join(RealPath, key);
    }

    /// <param name="realPath">An absolute path without links.</param>
    public bool Holds(string realPath) =>
        FileKey is not null
            ? realPath == RealPath
            : realPath.StartsWith(RealPath == "/" ? "/" : RealPath + "/", StringComparison.Ordinal);
}
