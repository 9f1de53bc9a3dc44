namespace LusPipeline.Buckets.Folder;

/// <summary>
/// Writes an object to a temporary file, and renames it to the object's file on commit. A committed object is on the disk: the file is
/// synchronized before it is renamed, and the folders after it. So a row that is written later never points at an object that a power cut
/// takes away.
/// </summary>
internal sealed class FolderObjectWriter : ObjectWriter
{
    private readonly string _root;
    private readonly string _unfinished;
    private readonly string _final;
    private readonly FileStream _file;
    private bool _ended;

    /// <param name="root">The bucket's folder, for error messages.</param>
    /// <param name="unfinished">The temporary file: a new file on the same file system.</param>
    /// <param name="final">Path of the object's file.</param>
    public FolderObjectWriter(string root, string unfinished, string final)
    {
        _root = root;
        _unfinished = unfinished;
        _final = final;
        try
        {
            _file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        }
        catch (Exception error) when (IsBroken(error))
        {
            throw DiskSpace.Broken(root, error);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await _file.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }
        catch (IOException error) when (IsBroken(error))
        {
            throw DiskSpace.Broken(_root, error);
        }
    }

    public override Task CommitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_ended, this);
        FlushToDisk();
        _file.Dispose();
        for (var attempts = 0; ; attempts++)
        {
            try
            {
                var folder = Path.GetDirectoryName(_final)!;
                var made = !Directory.Exists(folder);
                Directory.CreateDirectory(folder);
                File.Move(_unfinished, _final, overwrite: true);
                _ended = true;
                LinuxFile.SyncFolder(folder);
                for (var parent = folder; made && parent != _root;)
                    LinuxFile.SyncFolder(parent = Path.GetDirectoryName(parent)!);
                return Task.CompletedTask;
            }
            catch (IOException error) when (attempts < 100 && DiskSpace.IsFolderRace(error))
            {
                // Another process has just deleted the folder because it was empty.
            }
            catch (Exception error) when (IsBroken(error))
            {
                throw DiskSpace.Broken(_root, error);
            }
        }
    }

    protected override async ValueTask AbandonAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        if (!_ended)
            File.Delete(_unfinished);
        _ended = true;
    }

    private void FlushToDisk()
    {
        try
        {
            _file.Flush(flushToDisk: true);
        }
        catch (IOException error) when (IsBroken(error))
        {
            throw DiskSpace.Broken(_root, error);
        }
    }

    private static bool IsBroken(Exception error) => error is UnauthorizedAccessException || (error is IOException io && DiskSpace.IsUsedUp(io));
}
