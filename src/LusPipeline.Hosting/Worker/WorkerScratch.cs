using LusPipeline.Buckets;

namespace LusPipeline.Hosting.Worker;

/// <summary>
/// A worker's own folder below the scratch folder. Workers may share the scratch folder. Beside its folder a worker holds a lock file, which
/// the system releases when the process ends in any way. Folders whose lock nobody holds are of dead workers, and are deleted.
/// </summary>
public sealed class WorkerScratch : IDisposable
{
    private const string LockEnding = ".lock";

    private const int MostTries = 3000;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(10);

    private readonly FileStream _lock;

    private WorkerScratch(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    /// <exception cref="Core.Outcomes.BrokenEngineException">The folder cannot be made.</exception>
    public static WorkerScratch Make(string folder, Guid workerId)
    {
        try
        {
            PrivateFolder.MakeIfMissing(folder);
            var path = System.IO.Path.Combine(System.IO.Path.GetFullPath(folder), workerId.ToString("N"));
            // The lock comes first. A folder without a lock that is held counts as a dead worker's.
            var held = LockOwn(path);
            try
            {
                PrivateFolder.Make(path);
                DeleteDead(System.IO.Path.GetDirectoryName(path)!, path);
                return new(path, held);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskSpace.Broken(folder, error);
        }
    }

    public void Dispose()
    {
        Delete(Path);
        _lock.Dispose();
    }

    /// <summary>Deletes the folders and lock files of dead workers.</summary>
    /// <param name="own">This worker's folder, whose lock is held. If it can be taken again, this file system has no locks, and nothing is deleted.</param>
    private static void DeleteDead(string folder, string own)
    {
        if (TryLock(own) is { } second)
        {
            second.Dispose();
            return;
        }
        var names = new DirectoryInfo(folder).EnumerateFileSystemInfos()
            .Select(entry => entry.Name.EndsWith(LockEnding, StringComparison.Ordinal) ? entry.Name[..^LockEnding.Length] : entry.Name)
            .Where(name => Guid.TryParseExact(name, "N", out _)).Distinct().ToList();
        foreach (var path in names.Select(name => System.IO.Path.Combine(folder, name)))
        {
            using var held = TryLock(path);
            if (held is not null)
                Delete(path);
        }
    }

    /// <summary>Deletes a worker's folder and its lock file, which the caller holds.</summary>
    private static void Delete(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        File.Delete(path + LockEnding);
    }

    /// <summary>
    /// Takes the lock of a new worker. Another worker that starts at the same time may find the lock file between its creation and its lock: then it
    /// holds the lock for a moment, and deletes the file as a dead worker's.
    /// </summary>
    private static FileStream LockOwn(string path)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var held = Lock(path);
                if (IsThere(held))
                    return held;
                held.Dispose();
            }
            catch (IOException) when (tries < MostTries)
            {
                Thread.Sleep(BetweenTries);
            }
        }
    }

    /// <summary>Whether an open file still has its name. The kernel marks the link of one that has not.</summary>
    private static bool IsThere(FileStream file) =>
        new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget?.EndsWith(" (deleted)", StringComparison.Ordinal) != true;

    /// <returns>Null if the lock is held.</returns>
    private static FileStream? TryLock(string path)
    {
        try
        {
            return Lock(path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">Another process holds the lock.</exception>
    private static FileStream Lock(string path) => new(path + LockEnding, new FileStreamOptions
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.None,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
