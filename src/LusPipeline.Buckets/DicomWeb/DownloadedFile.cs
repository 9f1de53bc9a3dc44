namespace LusPipeline.Buckets.DicomWeb;

/// <summary>The file that an instance is written to, for this user alone.</summary>
internal sealed class DownloadedFile : IAsyncDisposable
{
    private readonly FileStream _file;

    private DownloadedFile(FileStream file) => _file = file;

    public long Length => _file.Length;

    /// <summary>Creates the file, and replaces one that is there.</summary>
    /// <exception cref="Core.Outcomes.BrokenEngineException">The disk cannot be written.</exception>
    public static DownloadedFile Create(string path)
    {
        try
        {
            return new(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Share = FileShare.Read,
                BufferSize = 0,
                Options = FileOptions.Asynchronous,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw DiskSpace.Broken(Path.GetDirectoryName(path)!, error);
        }
    }

    /// <summary>Empties the file: the instance comes again from its start.</summary>
    public void Restart() => _file.SetLength(0);

    /// <returns>Always true: all pieces are needed.</returns>
    /// <exception cref="Core.Outcomes.BrokenEngineException">The disk cannot be written.</exception>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellation)
    {
        try
        {
            await _file.WriteAsync(piece, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (IOException error)
        {
            throw DiskSpace.Broken(Path.GetDirectoryName(_file.Name)!, error);
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
