using LusPipeline.Hosting.Worker;

namespace LusPipeline.UnitTests.Hosting;

public sealed class WorkerScratchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A worker of which nobody wants anything for days writes nothing into its folder.</summary>
    [Fact]
    public void An_idle_worker_keeps_its_folder()
    {
        using var idle = WorkerScratch.Make(_folder.Path, Guid.NewGuid());
        Directory.SetLastWriteTimeUtc(idle.Path, DateTime.UtcNow.AddDays(-30));

        using var other = WorkerScratch.Make(_folder.Path, Guid.NewGuid());

        Assert.True(Directory.Exists(idle.Path), "The folder of the idle worker is gone.");
    }

    [Fact]
    public void The_folder_of_a_dead_worker_is_deleted_at_once_and_folders_of_others_stay()
    {
        var dead = Directory.CreateDirectory(_folder[$"{Guid.NewGuid():N}"]).FullName;
        File.WriteAllText($"{dead}.lock", "");
        File.WriteAllText(Path.Combine(dead, "a.npy"), "frames");
        File.WriteAllText(_folder[$"{Guid.NewGuid():N}.lock"], "");
        Directory.CreateDirectory(_folder["theses"]);
        File.WriteAllText(_folder["mine.lock"], "");

        var worker = WorkerScratch.Make(_folder.Path, Guid.NewGuid());

        Assert.Equal(
            new[] { Path.GetFileName(worker.Path), $"{Path.GetFileName(worker.Path)}.lock", "mine.lock", "theses" }.Order(StringComparer.Ordinal), Names());
        worker.Dispose();
        Assert.Equal(["mine.lock", "theses"], Names());
    }

    /// <summary>It found the new worker's lock file before its lock, and takes it for a dead worker's.</summary>
    [Fact]
    public async Task Another_worker_that_looks_for_dead_ones_meanwhile_does_no_harm()
    {
        var id = Guid.NewGuid();
        var path = _folder[$"{id:N}.lock"];
        Task<WorkerScratch> starting;
        await using (new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
        {
            starting = Task.Run(() => WorkerScratch.Make(_folder.Path, id), TestContext.Current.CancellationToken);
            await Task.WhenAny(starting, Task.Delay(200, TestContext.Current.CancellationToken));
            File.Delete(path);
        }

        using var worker = await starting;
        using var other = WorkerScratch.Make(_folder.Path, Guid.NewGuid());

        Assert.True(Directory.Exists(worker.Path), "The folder of a living worker is gone.");
    }

    private IEnumerable<string> Names() =>
        new DirectoryInfo(_folder.Path).EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal);
}
