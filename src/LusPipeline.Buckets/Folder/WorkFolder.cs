using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.Folder;

/// <summary>The work bucket as a folder: each object is a file.</summary>
public sealed class WorkFolder : IWorkBucket
{
    private const string UnfinishedName = ".unfinished";

    private readonly string _root;

    /// <param name="root">The folder, which is created if it does not exist.</param>
    /// <exception cref="BrokenEngineException">The folder cannot be created or written.</exception>
    public WorkFolder(string root)
    {
        _root = Path.GetFullPath(root);
        try
        {
            Directory.CreateDirectory(Unfinished);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskSpace.Broken(_root, error);
        }
    }

    private string Unfinished => Path.Join(_root, UnfinishedName);

    public Task<int> DeleteUnfinishedAsync(DateTime before, CancellationToken cancellation)
    {
        var dropped = 0;
        foreach (var file in Directory.EnumerateFiles(Unfinished).Where(file => File.GetLastWriteTimeUtc(file) < before))
        {
            cancellation.ThrowIfCancellationRequested();
            File.Delete(file);
            dropped++;
        }
        return Task.FromResult(dropped);
    }

    public Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<ObjectWriter>(new FolderObjectWriter(_root, Path.Join(Unfinished, Guid.NewGuid().ToString("N")), Locate(key)));
    }

    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, string sidecar, CancellationToken cancellation)
    {
        await WriteAsync(key, content, cancellation).ConfigureAwait(false);
        await WriteAsync(WorkKeys.Sidecar(key), Encoding.ASCII.GetBytes(sidecar), cancellation).ConfigureAwait(false);
    }

    public Task PutFileAsync(string key, string path, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var final = Locate(key);
        for (var attempts = 0; ; attempts++)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(final)!);
                File.Move(path, final, overwrite: true);
                return Task.CompletedTask;
            }
            catch (IOException error) when (attempts < 100 && DiskSpace.IsFolderRace(error))
            {
                // Another process has just deleted the folder because it was empty.
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw DiskSpace.Broken(_root, error);
            }
        }
    }

    public Task<IMemoryOwner<byte>?> ReadAsync(string key, int most, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            var file = new FileStream(Locate(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            if (file.Length <= most)
                return Task.FromResult<IMemoryOwner<byte>?>(new FileMap(file));
            file.Dispose();
            return Task.FromResult<IMemoryOwner<byte>?>(null);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<IMemoryOwner<byte>?>(null);
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = Locate(key);
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            return Task.CompletedTask; // Another process deleted the last object of the folder.
        }
        DeleteEmptyFolders(Path.GetDirectoryName(path)!);
        return Task.CompletedTask;
    }

#pragma warning disable CS1998 // A folder is listed without waiting; a bucket elsewhere is not.
    public async IAsyncEnumerable<BucketObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
#pragma warning restore CS1998
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var folder = prefix.Length == 0 ? _root : Locate(prefix.EndsWith('/') ? prefix[..^1] : throw new ArgumentException("A prefix ends with '/'.", nameof(prefix)));
        if (!Directory.Exists(folder))
            yield break;
        foreach (var item in new FolderListing(new WatchedPath(folder, null), Unfinished).Objects())
        {
            cancellation.ThrowIfCancellationRequested();
            if (!item.Skipped && item.Reason is null)
                yield return item with { Key = prefix + item.Key };
        }
    }

    private async Task WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var writer = await CreateAsync(key, cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            await writer.WriteAsync(content, cancellation).ConfigureAwait(false);
            await writer.CommitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private string Locate(string key)
    {
        OwnKey.Check(key);
        return Path.Join(_root, key);
    }

    /// <summary>Deletes folders that hold no objects. A folder exists only as a part of its objects' keys.</summary>
    private void DeleteEmptyFolders(string folder)
    {
        try
        {
            // The folders of the first segment stay, because they become empty and are filled all the time.
            for (; Path.GetDirectoryName(folder)!.Length > _root.Length && !Directory.EnumerateFileSystemEntries(folder).Any(); folder = Path.GetDirectoryName(folder)!)
                Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Another process put an object there or deleted the folder first. In both cases there is nothing to delete.
        }
    }
}
