using System.Text;
using LusPipeline.Buckets;
using LusPipeline.Buckets.Folder;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.UnitTests.Storage.Buckets;

public sealed class WorkFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly WorkFolder _work;

    public WorkFolderTests()
    {
        _work = new WorkFolder(_temporary["home"]);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task An_object_appears_whole()
    {
        await using (var writer = await _work.CreateAsync("clips/a.npy", Token))
        {
            await writer.WriteAsync("one "u8.ToArray(), Token);
            Assert.Null(await _work.ReadAsync("clips/a.npy", int.MaxValue, Token));
            await writer.WriteAsync("two"u8.ToArray(), Token);
            await writer.CommitAsync(Token);
        }

        Assert.Equal("one two", await Content("clips/a.npy"));
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task What_is_not_committed_leaves_nothing()
    {
        await using (var writer = await _work.CreateAsync("clips/a.npy", Token))
            await writer.WriteAsync(new byte[100_000], Token);

        Assert.Null(await _work.ReadAsync("clips/a.npy", int.MaxValue, Token));
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task A_commit_replaces()
    {
        await Put("features/a/b.npy", "1");
        await Put("features/a/b.npy", "2");
        Assert.Equal("2", await Content("features/a/b.npy"));
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task Deleting_removes_the_object_and_folders_without_objects()
    {
        await Put("features/a/b.npy", "1");
        await Put("features/c/d.npy", "1");

        await _work.DeleteAsync("features/a/b.npy", Token);
        await _work.DeleteAsync("features/a/b.npy", Token);

        Assert.False(Directory.Exists(_temporary["home/features/a"]));
        Assert.Equal("1", await Content("features/c/d.npy"));
    }

    [Fact]
    public async Task Putting_and_deleting_in_one_folder_at_once_loses_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(
            async () =>
            {
                for (var i = 0; i < 200; i++)
                {
                    await Put($"features/a/{worker}.npy", "1");
                    await _work.DeleteAsync($"features/a/{worker}.npy", Token);
                }
            },
            Token)));

        AssertNothingUnfinished();
    }

    [Fact]
    public async Task Objects_are_listed_by_folder()
    {
        await Put("clips/b.npy", "1");
        await Put("clips/a.npy", "22");
        await Put("features/a/b.npy", "1");
        await using var unfinished = await _work.CreateAsync("clips/c.npy", Token);

        Assert.Equal(["clips/a.npy", "clips/b.npy"], await Keys("clips/"));
        Assert.Equal(["clips/a.npy", "clips/b.npy", "features/a/b.npy"], await Keys(""));
        Assert.Empty(await Keys("none/"));
    }

    [Fact]
    public async Task What_a_killed_process_left_is_deleted_when_asked()
    {
        File.WriteAllText(_temporary["home/.unfinished/0"], "half");
        await Put("clips/a.npy", "1");

        var again = new WorkFolder(_temporary["home"]);
        Assert.Equal(0, await again.DeleteUnfinishedAsync(DateTime.UtcNow.AddHours(-1), Token));
        Assert.Equal(1, await again.DeleteUnfinishedAsync(DateTime.MaxValue, Token));

        AssertNothingUnfinished();
        Assert.Equal("1", await Content("clips/a.npy"));
    }

    [Theory]
    [InlineData("../outside.npy")]
    [InlineData("/etc/hostname")]
    [InlineData("clips//a.npy")]
    [InlineData("clips/.unfinished")]
    [InlineData(".unfinished/a")]
    [InlineData("clips/\0")]
    [InlineData("")]
    public async Task Keys_that_lead_out_of_the_folder_are_refused(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _work.CreateAsync(key, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => _work.ReadAsync(key, int.MaxValue, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => _work.DeleteAsync(key, Token));
    }

    [Fact]
    public async Task A_full_disk_is_a_broken_engine_whose_message_says_the_fix()
    {
        Assert.SkipUnless(Directory.Exists("/dev"), "There is no /dev.");
        Directory.CreateDirectory(_temporary["home/.unfinished"]);
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write);
        var error = Assert.Throws<IOException>(() =>
        {
            full.Write(new byte[1 << 20]);
            full.Flush();
        });

        Assert.True(DiskSpace.IsUsedUp(error));
        Assert.Contains("make room", DiskSpace.Broken("/home/folder", error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_home_that_cannot_be_made_is_a_broken_engine()
    {
        File.WriteAllText(_temporary["file"], "");

        Assert.Contains("--home", Assert.Throws<BrokenEngineException>(() => new WorkFolder(_temporary["file"])).Message, StringComparison.Ordinal);
    }

    private async Task Put(string key, string content)
    {
        await using var writer = await _work.CreateAsync(key, Token);
        await writer.WriteAsync(Encoding.UTF8.GetBytes(content), Token);
        await writer.CommitAsync(Token);
    }

    private async Task<string> Content(string key)
    {
        using var local = await _work.ReadAsync(key, int.MaxValue, Token);
        Assert.NotNull(local);
        return Encoding.UTF8.GetString(local.Memory.Span);
    }

    private async Task<List<string>> Keys(string prefix)
    {
        var keys = new List<string>();
        await foreach (var item in _work.ListAsync(prefix, Token))
            keys.Add(item.Key);
        return keys;
    }

    private void AssertNothingUnfinished() => Assert.Empty(Directory.EnumerateFileSystemEntries(_temporary["home/.unfinished"]));
}
