using System.Runtime.InteropServices;

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
        Commit(overwrite: true, cancellation);
        return Task.CompletedTask;
    }

    public override Task<bool> CommitIfAbsentAsync(CancellationToken cancellation) => Task.FromResult(Commit(overwrite: false, cancellation));

    protected override async ValueTask AbandonAsync()
    {
        await file.DisposeAsync().ConfigureAwait(false);
        if (!ended)
            File.Delete(unfinished);
        ended = true;
    }

    private static bool IsBroken(Exception error) => error is UnauthorizedAccessException || (error is IOException io && DiskSpace.IsUsedUp(io));

    private bool Commit(bool overwrite, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(ended, this);
        file.Dispose();
        for (var attempts = 0; ; attempts++)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(final)!);
                var became = overwrite ? Replace() : TryName();
                ended = true;
                return became;
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

    private bool Replace()
    {
        File.Move(unfinished, final, overwrite: true);
        return true;
    }

    /// <summary>A hard link fails when the name is taken, in one step; a rename would replace.</summary>
    private bool TryName()
    {
        switch (LinuxFile.TryLink(unfinished, final))
        {
            case 0:
                File.Delete(unfinished);
                return true;
            case LinuxFile.Exists:
                File.Delete(unfinished);
                return false;
            case LinuxFile.NotFound:
                throw new DirectoryNotFoundException();
            // A file system without hard links: there the check and the rename are two steps.
            case LinuxFile.NotPermitted or LinuxFile.NotSupported when !File.Exists(final):
                return Replace();
            case LinuxFile.NotPermitted or LinuxFile.NotSupported:
                File.Delete(unfinished);
                return false;
            case var error:
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }
}
