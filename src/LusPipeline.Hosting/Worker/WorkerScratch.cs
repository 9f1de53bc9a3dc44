using LusPipeline.Buckets;

namespace LusPipeline.Hosting.Worker;

/// <summary>A worker's own folder below the scratch folder, which others may share. What dead workers left there is deleted after a day.</summary>
public sealed class WorkerScratch : IDisposable
{
    private static readonly TimeSpan Left = TimeSpan.FromDays(1);

    private WorkerScratch(string path) => Path = path;

    public string Path { get; }

    /// <exception cref="Core.Outcomes.BrokenEngineException">The folder cannot be made.</exception>
    public static WorkerScratch Make(string folder, Guid workerId)
    {
        try
        {
            var path = Directory.CreateDirectory(System.IO.Path.Combine(System.IO.Path.GetFullPath(folder), workerId.ToString("N"))).FullName;
            foreach (var old in new DirectoryInfo(folder).EnumerateDirectories().Where(old => Guid.TryParseExact(old.Name, "N", out _) && DateTime.UtcNow - old.LastWriteTimeUtc > Left))
                old.Delete(recursive: true);
            return new(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskSpace.Broken(folder, error);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
