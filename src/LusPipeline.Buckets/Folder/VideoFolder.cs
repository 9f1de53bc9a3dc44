using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using Microsoft.Win32.SafeHandles;

namespace LusPipeline.Buckets.Folder;

/// <summary>
/// The files and folders that the user named, as one bucket. The key of an object is its path below the named folder, so the folder may be
/// moved. Two folders may hold the same key; the object's tag then says which of them is meant.
/// </summary>
public sealed class VideoFolder : IVideoBucket
{
    private const int HashBytes = 1 << 18;

    private readonly List<WatchedPath> _watched = [];
    private readonly string? _home;
    private readonly ContentCache _contents;

    /// <param name="name">The name of the bucket that ids are computed from.</param>
    /// <param name="paths">Files and folders. A path that is given twice counts once.</param>
    /// <param name="home">The pipeline's own folder, which is left out if it lies within one of the paths. It need not exist. Null for none.</param>
    /// <param name="contents">Known hashes of files' contents.</param>
    /// <exception cref="FileNotFoundException">One of the paths does not exist.</exception>
    public VideoFolder(string name, IEnumerable<string> paths, string? home, ContentCache contents)
    {
        ArgumentNullException.ThrowIfNull(paths);
        Name = name;
        _home = home is null ? null : LinuxFile.RealPath(home);
        _contents = contents;
        foreach (var path in paths.Select(WatchedPath.From))
        {
            if (!_watched.Contains(path))
                _watched.Add(path);
        }
    }

    public string Name { get; }

#pragma warning disable CS1998 // A folder is listed without waiting; a bucket elsewhere is not.
    public async IAsyncEnumerable<BucketObject> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
#pragma warning restore CS1998
    {
        foreach (var path in _watched)
        {
            foreach (var item in new FolderListing(path, _home).Objects())
            {
                cancellation.ThrowIfCancellationRequested();
                yield return item;
            }
        }
    }

    public async Task<string> ContentAsync(BucketObject item, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.Reason is { } reason)
            throw new RejectedException(reason, item.Detail ?? "");
        var (handle, facts, path) = Open(item.Key, item.Tag, () => Changed());
        using (handle)
        {
            var stamp = new FileStamp(Hash(path), facts.Size, facts.ModifiedNanoseconds, facts.Inode);
            if (await _contents.Find(stamp, cancellation).ConfigureAwait(false) is { } known)
                return known;
            var sha256 = await HashAsync(handle, cancellation).ConfigureAwait(false);
            if (LinuxFile.Stat(handle).Tag != item.Tag)
                throw Changed();
            await _contents.Keep(stamp, sha256, cancellation).ConfigureAwait(false);
            return sha256;
        }

        static TransientException Changed() => new(ReasonCode.Vanished, "It changed while it was read.");
    }

    public async Task<BucketObject?> FindCopyAsync(string key, string content, CancellationToken cancellation)
    {
        await foreach (var item in ListAsync(cancellation).ConfigureAwait(false))
        {
            if (item.Key == key && item.Reason is null && await ContentAsync(item, cancellation).ConfigureAwait(false) == content)
                return item;
        }
        return null;
    }

    public async Task<int> ReadAsync(string key, string tag, long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        using var handle = Open(key, tag, Replaced).Handle;
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await ReadPartAsync(handle, buffer[filled..], offset + filled, cancellation).ConfigureAwait(false);
            if (read == 0)
                break;
            filled += read;
        }
        return filled;
    }

    /// <summary>
    /// Creates a link to the open file. Programs that read through it read the file that was checked, even if its name is deleted or points
    /// to another file.
    /// </summary>
    public Task<LocalVideo> FetchAsync(string key, string tag, string localPath, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var (handle, facts, _) = Open(key, tag, Replaced);
        try
        {
            File.Delete(localPath); // A process that was killed left the file.
            File.CreateSymbolicLink(localPath, LinuxFile.PathOf(handle));
            return Task.FromResult(new LocalVideo(localPath, facts.Size, handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static RejectedException Replaced() => new(ReasonCode.Vanished, "It was replaced after it was listed.");

    /// <param name="key">The object's key.</param>
    /// <param name="tag">The tag of the content that is wanted.</param>
    /// <param name="otherContent">Creates the exception to throw if the key exists only with other content.</param>
    private (SafeFileHandle Handle, LinuxFile.Facts Facts, string Path) Open(string key, string tag, Func<Exception> otherContent)
    {
        Exception problem = new RejectedException(ReasonCode.Vanished, "It is gone.");
        foreach (var root in _watched)
        {
            if (root.Locate(key) is not { } path)
                continue;
            var error = LinuxFile.TryOpen(path, out var handle);
            if (error == 0)
            {
                var facts = LinuxFile.Stat(handle);
                if (Refusal(root, handle, facts) is { } refusal)
                    problem = refusal;
                else if (facts.Tag == tag)
                    return (handle, facts, path);
                else
                    problem = otherContent();
            }
            else if (error is not (LinuxFile.NotFound or LinuxFile.NotADirectory))
            {
                problem = Failure(error);
            }
            handle.Dispose();
        }
        throw problem;
    }

    /// <summary>Checks the file that was opened, because links may have changed since the listing.</summary>
    private static RejectedException? Refusal(WatchedPath root, SafeFileHandle handle, LinuxFile.Facts facts)
    {
        if (facts.Kind != LinuxFile.FileKind.Regular)
            return new(ReasonCode.Unreadable, "It is not a file.");
        if (facts.Links == 0)
            return new(ReasonCode.Vanished, "It is gone.");
        var real = File.ResolveLinkTarget(LinuxFile.PathOf(handle), returnFinalTarget: false)?.FullName;
        return real is not null && root.Holds(real) ? null : new(ReasonCode.OutsideBucket, "It is a link out of its folder.");
    }

    private static Exception Failure(int error) => error switch
    {
        LinuxFile.AccessDenied or LinuxFile.NotPermitted => new RejectedException(ReasonCode.Unreadable, "It may not be read."),
        LinuxFile.NameTooLong => new RejectedException(ReasonCode.Unreadable, "Its path is longer than the system can open."),
        LinuxFile.LinkLoop => new RejectedException(ReasonCode.Unreadable, "It is a link to a file that does not exist."),
        _ => new TransientException(ReasonCode.Unreadable, $"The system does not open it: {Marshal.GetPInvokeErrorMessage(error)}."),
    };

    private static async ValueTask<int> ReadPartAsync(SafeFileHandle handle, Memory<byte> buffer, long offset, CancellationToken cancellation)
    {
        try
        {
            return await RandomAccess.ReadAsync(handle, buffer, offset, cancellation).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new TransientException(ReasonCode.Unreadable, "Reading it failed.", error);
        }
    }

    private static async Task<string> HashAsync(SafeFileHandle handle, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(HashBytes);
        try
        {
            for (long offset = 0; ;)
            {
                var read = await ReadPartAsync(handle, buffer, offset, cancellation).ConfigureAwait(false);
                if (read == 0)
                    return Convert.ToHexStringLower(hash.GetHashAndReset());
                hash.AppendData(buffer, 0, read);
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)));
}
