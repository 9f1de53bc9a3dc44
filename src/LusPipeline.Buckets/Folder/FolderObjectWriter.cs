namespace LusPipeline.Buckets.Folder;

/// <summary>Writes a file of its own and then gives it the object's name.</summary>
internal sealed class FolderObjectWriter : ObjectWriter
{
    private readonly string root;
    private readonly string unfinished;
    private readonly string final;
    private readonly FileStream file;
    private bool ended;

    /// <param name="root">The bucket's folder, for error messages.</param>
    /// <param name="unfinished">A new file on the same file system.</param>
    /// <param name="final">The object's file.</param>
    public FolderObjectWriter(string root, string unfinished, string final)
    {
        this.root = root;
        this.unfinished = unfinished;
        this.final = final;
        try
        {
            file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
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
            await file.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }
        catch (IOException error) when (IsBroken(error))
        {
            throw DiskSpace.Broken(root, error);
        }
    }

    public override Task CommitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(ended, this);
        file.Dispose();
        for (var attempts = 0; ; attempts++)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(final)!);
                File.Move(unfinished, final, overwrite: true);
                ended = true;
                return Task.CompletedTask;
            }
            catch (IOException error) when (attempts < 100 && DiskSpace.IsFolderRace(error))
            {
                // Another process deleted the folder as empty just now.
            }
            catch (Exception error) when (IsBroken(error))
            {
                throw DiskSpace.Broken(root, error);
            }
        }
    }

    protected override async ValueTask AbandonAsync()
    {
        await file.DisposeAsync().ConfigureAwait(false);
        if (!ended)
            File.Delete(unfinished);
        ended = true;
    }

    private static bool IsBroken(Exception error) => error is UnauthorizedAccessException || (error is IOException io && DiskSpace.IsUsedUp(io));
}
