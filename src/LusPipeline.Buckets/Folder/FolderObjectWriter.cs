namespace LusPipeline.Buckets.Folder;

/// <summary>Writes a file of its own and then gives it the object's name.</summary>
internal sealed class FolderObjectWriter : ObjectWriter
{
    private readonly string _root;
    private readonly string _unfinished;
    private readonly string _final;
    private readonly FileStream _file;
    private bool _ended;

    /// <param name="root">The bucket's folder, for error messages.</param>
    /// <param name="unfinished">A new file on the same file system.</param>
    /// <param name="final">The object's file.</param>
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
        _file.Dispose();
        for (var attempts = 0; ; attempts++)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_final)!);
                File.Move(_unfinished, _final, overwrite: true);
                _ended = true;
                return Task.CompletedTask;
            }
            catch (IOException error) when (attempts < 100 && DiskSpace.IsFolderRace(error))
            {
                // Another process deleted the folder as empty just now.
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

    private static bool IsBroken(Exception error) => error is UnauthorizedAccessException || (error is IOException io && DiskSpace.IsUsedUp(io));
}
