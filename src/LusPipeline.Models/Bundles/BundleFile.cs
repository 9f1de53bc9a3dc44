namespace LusPipeline.Models.Bundles;

/// <summary>Writes small files of a bundle.</summary>
public static class BundleFile
{
    /// <summary>Replaces a file atomically: whoever reads it meanwhile gets all of the old one or all of the new one.</summary>
    /// <param name="write">Writes the whole content.</param>
    public static void Replace(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Write(unfinished, write);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Writes a new file, and waits until it is on the disk.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        write(stream);
        stream.Flush(flushToDisk: true);
    }
}
