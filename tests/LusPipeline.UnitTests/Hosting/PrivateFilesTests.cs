using LusPipeline.Buckets;
using LusPipeline.Hosting.Run;
using LusPipeline.Hosting.Settings;
using LusPipeline.Hosting.Worker;
using LusPipeline.Ledger.Databases;

namespace LusPipeline.UnitTests.Hosting;

/// <summary>What holds patients' data is closed to other users, whatever the umask and whatever an older version left.</summary>
public sealed class PrivateFilesTests : IDisposable
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_home_and_its_ledger_are_the_users_own()
    {
        using var home = HomeFolder.Open(_folder["home"]);
        await (await SqliteLedger.OpenAsync(home.LedgerFile, Cancellation))().DisposeAsync();

        Assert.All([home.Path, home.Objects, home.Scratch], folder => Assert.Equal(FolderMode, File.GetUnixFileMode(folder)));
        Assert.All(Directory.GetFiles(home.Path), file => Assert.Equal(OwnFile, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task What_an_older_version_left_open_is_closed()
    {
        using (var home = HomeFolder.Open(_folder["home"]))
            await (await SqliteLedger.OpenAsync(home.LedgerFile, Cancellation))().DisposeAsync();
        foreach (var path in new[] { _folder["home/objects"], _folder["home/scratch"] })
            File.SetUnixFileMode(path, FolderMode | Others);
        File.SetUnixFileMode(_folder["home/ledger.db"], OwnFile | UnixFileMode.OtherRead);

        using var again = HomeFolder.Open(_folder["home"]);
        await (await SqliteLedger.OpenAsync(again.LedgerFile, Cancellation))().DisposeAsync();

        Assert.All([again.Objects, again.Scratch], folder => Assert.Equal(FolderMode, File.GetUnixFileMode(folder)));
        Assert.Equal(OwnFile, File.GetUnixFileMode(again.LedgerFile));
    }

    [Fact]
    public void A_folder_of_the_users_is_not_emptied_because_it_is_called_scratch()
    {
        var own = Directory.CreateDirectory(_folder["work/scratch"]).FullName;
        File.WriteAllText(Path.Combine(own, "thesis.txt"), "years");

        var error = Assert.Throws<HomeException>(() => HomeFolder.Open(_folder["work"]));

        Assert.Contains("'scratch'", error.Message, StringComparison.Ordinal);
        Assert.Equal("years", File.ReadAllText(Path.Combine(own, "thesis.txt")));
        Assert.Equal(["scratch"], new DirectoryInfo(_folder["work"]).EnumerateFileSystemInfos().Select(entry => entry.Name));
    }

    [Fact]
    public void An_existing_folder_keeps_its_rights_as_a_home()
    {
        Directory.CreateDirectory(_folder["work"]);
        File.SetUnixFileMode(_folder["work"], FolderMode | Others);

        using var home = HomeFolder.Open(_folder["work"]);

        Assert.Equal(FolderMode | Others, File.GetUnixFileMode(home.Path));
        Assert.Equal(FolderMode, File.GetUnixFileMode(home.Scratch));
    }

    [Fact]
    public void A_worker_works_in_a_folder_of_its_own_that_nobody_else_reads()
    {
        using var scratch = WorkerScratch.Make(_folder["scratch"], Guid.NewGuid());

        Assert.All([_folder["scratch"], scratch.Path], folder => Assert.Equal(FolderMode, File.GetUnixFileMode(folder)));
    }

    [Fact]
    public void The_scratch_folder_of_workers_is_never_where_other_users_can_make_it_first() =>
        Assert.DoesNotContain(Path.TrimEndingDirectorySeparator(Path.GetTempPath()), new WorkerOptions().ScratchFolder, StringComparison.Ordinal);

    [Fact]
    public void A_folder_that_is_made_private_is_closed_to_others()
    {
        Directory.CreateDirectory(_folder["open"]);
        File.SetUnixFileMode(_folder["open"], FolderMode | Others);

        Assert.Equal(_folder["open"], PrivateFolder.Make(_folder["open"]));
        Assert.Equal(FolderMode, File.GetUnixFileMode(_folder["open"]));
    }
}
