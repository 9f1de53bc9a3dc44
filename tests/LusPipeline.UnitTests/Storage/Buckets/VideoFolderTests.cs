using System.Security.Cryptography;
using System.Text;
using LusPipeline.Buckets;
using LusPipeline.Buckets.Folder;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.UnitTests.Storage.Buckets;

public sealed class VideoFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly string _videos;

    public VideoFolderTests()
    {
        _videos = Directory.CreateDirectory(_temporary["videos"]).FullName;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Keys_are_paths_below_the_folder_in_order()
    {
        Write("b/2.mp4", "x");
        Write("b/deep/er/1.avi", "xy");
        Write("a.gif", "xyz");
        Write("b.txt", "");

        var items = await List(Folder());

        Assert.Equal(["a.gif", "b.txt", "b/2.mp4", "b/deep/er/1.avi"], items.Select(item => item.Key));
        Assert.Equal([3L, 0, 1, 2], items.Select(item => item.Size));
        Assert.All(items, item => Assert.Equal(DateTimeKind.Utc, item.Modified.Kind));
        Assert.All(items, item => Assert.InRange(DateTime.UtcNow - item.Modified, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(5)));
    }

    [Theory]
    [InlineData("two words.mp4")]
    [InlineData("it's \"quoted\".mp4")]
    [InlineData("line\nbreak.mp4")]
    [InlineData("-i.mp4")]
    [InlineData("c:\\d%20$HOME`id`.mp4")]
    [InlineData("Lunge_ä_肺_\U0001FAC1.mp4")]
    [InlineData("really \uFFFD.mp4")]
    [InlineData(" ")]
    public async Task Any_name_that_Linux_allows_is_read(string name)
    {
        Write(name, "content");
        Write("study/" + name, "content");

        await AssertReadable(name);
        await AssertReadable("study/" + name);
    }

    [Fact]
    public async Task A_name_of_255_bytes_is_read()
    {
        var name = new string('ä', 125) + ".mp4" + "x";
        Assert.Equal(255, Encoding.UTF8.GetByteCount(name));
        Write(name, "content");

        await AssertReadable(name);
    }

    [Fact]
    public async Task A_name_that_is_no_text_is_unreadable()
    {
        byte[] path = [.. Encoding.UTF8.GetBytes(_videos + "/a"), 0xFF, .. ".mp4"u8];
        RawNames.CreateFile(path);
        try
        {
            var item = Assert.Single(await List(Folder()));

            Assert.Equal(ReasonCode.Unreadable, item.Reason);
            Assert.Contains("UTF-8", item.Detail, StringComparison.Ordinal);
        }
        finally
        {
            RawNames.Delete(path);
        }
    }

    [Fact]
    public async Task Hidden_files_and_the_home_folder_are_skipped()
    {
        Write("study/1.mp4", "x");
        Write("study/.DS_Store", "x");
        Write(".lus/clips/a.npy", "x");
        Write("home/features/a.npy", "x");

        var items = await List(new VideoFolder("local", [_videos], Path.Join(_videos, "home"), ContentCache.InMemory()));

        Assert.Equal(["study/1.mp4"], items.Where(item => !item.Skipped).Select(item => item.Key));
        Assert.Equal([".lus", "home", "study/.DS_Store"], items.Where(item => item.Skipped).Select(item => item.Key));
    }

    [Fact]
    public async Task A_hidden_folder_that_the_user_names_is_listed()
    {
        Write(".hidden/1.mp4", "x");

        Assert.Equal("1.mp4", Assert.Single(await List(Folder(Path.Join(_videos, ".hidden")))).Key);
    }

    [Fact]
    public async Task Links_out_of_the_folder_are_told_and_not_opened()
    {
        File.WriteAllText(_temporary["secret.mp4"], "secret");
        Directory.CreateDirectory(_temporary["elsewhere"]);
        File.CreateSymbolicLink(Path.Join(_videos, "a.mp4"), _temporary["secret.mp4"]);
        File.CreateSymbolicLink(Path.Join(_videos, "b.mp4"), "../secret.mp4");
        Directory.CreateSymbolicLink(Path.Join(_videos, "c"), _temporary["elsewhere"]);
        var folder = Folder();

        var items = await List(folder);

        Assert.Equal(["a.mp4", "b.mp4", "c"], items.Select(item => item.Key));
        Assert.All(items, item => Assert.Equal(ReasonCode.OutsideBucket, item.Reason));
        foreach (var item in items)
            Assert.Equal(ReasonCode.OutsideBucket, (await Assert.ThrowsAsync<RejectedException>(() => folder.ContentAsync(item, Token))).Reason);
    }

    [Fact]
    public async Task A_file_that_becomes_a_link_out_of_the_folder_after_the_listing_is_not_read()
    {
        File.WriteAllText(_temporary["secret.mp4"], "secret");
        Write("a.mp4", "x");
        var folder = Folder();
        var item = Assert.Single(await List(folder));
        File.Delete(Path.Join(_videos, "a.mp4"));
        File.CreateSymbolicLink(Path.Join(_videos, "a.mp4"), _temporary["secret.mp4"]);

        var error = await Assert.ThrowsAsync<RejectedException>(() => folder.FetchAsync(item.Key, item.Tag, _temporary["link"], Token));

        Assert.Equal(ReasonCode.OutsideBucket, error.Reason);
    }

    [Fact]
    public async Task Links_within_the_folder_are_files_and_linked_folders_are_listed_once()
    {
        Write("study/1.mp4", "content");
        File.CreateSymbolicLink(Path.Join(_videos, "study", "2.mp4"), "1.mp4");
        Directory.CreateSymbolicLink(Path.Join(_videos, "study", "loop"), "..");

        var items = await List(Folder());

        Assert.Equal(["study/1.mp4", "study/2.mp4"], items.Where(item => !item.Skipped).Select(item => item.Key));
        await AssertReadable("study/2.mp4");
    }

    [Fact]
    public async Task What_cannot_be_a_video_is_told_without_blocking()
    {
        RawNames.CreatePipe(Path.Join(_videos, "pipe.mp4"));
        File.CreateSymbolicLink(Path.Join(_videos, "dangling.mp4"), "nothing");

        var items = await List(Folder());

        Assert.Equal(["dangling.mp4", "pipe.mp4"], items.Select(item => item.Key));
        Assert.All(items, item => Assert.Equal(ReasonCode.Unreadable, item.Reason));
    }

    [Fact]
    public async Task A_file_that_became_a_pipe_does_not_block()
    {
        Write("a.mp4", "x");
        var folder = Folder();
        var item = Assert.Single(await List(folder));
        File.Delete(Path.Join(_videos, "a.mp4"));
        RawNames.CreatePipe(Path.Join(_videos, "a.mp4"));

        Assert.Equal(ReasonCode.Unreadable, (await Assert.ThrowsAsync<RejectedException>(() => folder.ContentAsync(item, Token))).Reason);
    }

    [Fact]
    public async Task Unreadable_files_and_folders_are_told()
    {
        Write("a.mp4", "x");
        Write("study/b.mp4", "x");
        var folder = Folder();
        var file = (await List(folder))[0];
        File.SetUnixFileMode(Path.Join(_videos, "a.mp4"), UnixFileMode.None);
        File.SetUnixFileMode(Path.Join(_videos, "study"), UnixFileMode.None);
        File.SetUnixFileMode(_temporary.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(_videos, (UnixFileMode)0x1ED);
        try
        {
            Unprivileged.Run(async () =>
            {
                var items = await List(folder);
                Assert.Equal(["a.mp4", "study"], items.Select(item => item.Key));
                Assert.Equal([null, ReasonCode.Unreadable], items.Select(item => item.Reason));
                Assert.Equal(ReasonCode.Unreadable, (await Assert.ThrowsAsync<RejectedException>(() => folder.ContentAsync(file, Token))).Reason);
                Assert.Equal(ReasonCode.Unreadable, (await Assert.ThrowsAsync<RejectedException>(() => folder.FetchAsync(file.Key, file.Tag, "unused", Token))).Reason);
            });
        }
        finally
        {
            File.SetUnixFileMode(Path.Join(_videos, "study"), (UnixFileMode)0x1ED);
        }
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_file_that_went_after_the_listing_has_vanished()
    {
        Write("a.mp4", "x");
        var folder = Folder();
        var item = Assert.Single(await List(folder));
        File.Delete(Path.Join(_videos, "a.mp4"));

        Assert.Equal(ReasonCode.Vanished, (await Assert.ThrowsAsync<RejectedException>(() => folder.ContentAsync(item, Token))).Reason);
        Assert.Equal(ReasonCode.Vanished, (await Assert.ThrowsAsync<RejectedException>(() => folder.ReadAsync(item.Key, item.Tag, 0, new byte[1], Token))).Reason);
        Assert.Equal(ReasonCode.Vanished, (await Assert.ThrowsAsync<RejectedException>(() => folder.FetchAsync(item.Key, item.Tag, _temporary["link"], Token))).Reason);
    }

    [Fact]
    public async Task A_file_that_changed_after_the_listing_is_listed_again_before_it_has_an_id_and_vanished_after()
    {
        Write("a.mp4", "x");
        var folder = Folder();
        var item = Assert.Single(await List(folder));
        Write("a.mp4", "xy");

        await Assert.ThrowsAsync<TransientException>(() => folder.ContentAsync(item, Token));
        Assert.Equal(ReasonCode.Vanished, (await Assert.ThrowsAsync<RejectedException>(() => folder.FetchAsync(item.Key, item.Tag, _temporary["link"], Token))).Reason);
    }

    [Fact]
    public async Task Parts_of_a_file_are_read()
    {
        Write("a.mp4", "0123456789");
        var folder = Folder();
        var item = Assert.Single(await List(folder));
        var buffer = new byte[4];

        Assert.Equal(4, await folder.ReadAsync(item.Key, item.Tag, 3, buffer, Token));
        Assert.Equal("3456"u8, buffer);
        Assert.Equal(1, await folder.ReadAsync(item.Key, item.Tag, 9, buffer, Token));
        Assert.Equal(0, await folder.ReadAsync(item.Key, item.Tag, 99, buffer, Token));
    }

    [Fact]
    public async Task A_fetched_file_stays_the_same_whatever_becomes_of_its_name()
    {
        Write("-a\n.mp4", "original");
        var folder = Folder();
        var item = Assert.Single(await List(folder));

        using (var local = await folder.FetchAsync(item.Key, item.Tag, _temporary["id"], Token))
        {
            File.Delete(Path.Join(_videos, item.Key));
            Write(item.Key, "replaced");

            Assert.Equal(_temporary["id"], local.Path);
            Assert.Equal("original", await File.ReadAllTextAsync(local.Path, Token));
            using var other = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("cat", [local.Path]) { RedirectStandardOutput = true })!;
            Assert.Equal("original", await other.StandardOutput.ReadToEndAsync(Token));
        }

        Assert.False(Path.Exists(_temporary["id"]));
        Assert.Equal("replaced", await File.ReadAllTextAsync(Path.Join(_videos, item.Key), Token));
    }

    [Fact]
    public async Task A_link_left_by_a_killed_process_is_replaced()
    {
        Write("a.mp4", "x");
        File.CreateSymbolicLink(_temporary["id"], "/proc/1/fd/99");
        var folder = Folder();
        var item = Assert.Single(await List(folder));

        using var local = await folder.FetchAsync(item.Key, item.Tag, _temporary["id"], Token);

        Assert.Equal("x", await File.ReadAllTextAsync(local.Path, Token));
    }

    [Fact]
    public async Task Files_and_folders_are_watched_together()
    {
        Write("one/study/1.mp4", "1");
        Write("two/study/1.mp4", "other");
        Write("three.mp4", "3");
        var folder = Folder(Path.Join(_videos, "one"), Path.Join(_videos, "two") + "/", Path.Join(_videos, "three.mp4"), Path.Join(_videos, "one"));

        var items = await List(folder);

        Assert.Equal(["study/1.mp4", "study/1.mp4", "three.mp4"], items.Select(item => item.Key));
        Assert.Equal([Sha256("1"), Sha256("other"), Sha256("3")], await Task.WhenAll(items.Select(item => folder.ContentAsync(item, Token))));
    }

    [Fact]
    public void A_path_that_does_not_exist_is_an_error() =>
        Assert.Contains("nothing.mp4", Assert.Throws<FileNotFoundException>(() => Folder(_temporary["nothing.mp4"])).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_file_is_read_once_for_its_id()
    {
        Write("a.mp4", "x");
        var known = ContentCache.InMemory();
        var kept = 0;
        var counting = known with
        {
            Keep = (stamp, sha256, token) =>
            {
                kept++;
                return known.Keep(stamp, sha256, token);
            },
        };
        var folder = new VideoFolder("local", [_videos], null, counting);

        var first = await folder.ContentAsync(Assert.Single(await List(folder)), Token);
        var second = await folder.ContentAsync(Assert.Single(await List(folder)), Token);
        Write("a.mp4", "y");
        File.SetLastWriteTimeUtc(Path.Join(_videos, "a.mp4"), DateTime.UtcNow.AddMinutes(-1));
        var third = await folder.ContentAsync(Assert.Single(await List(folder)), Token);

        Assert.Equal([Sha256("x"), Sha256("x"), Sha256("y")], [first, second, third]);
        Assert.Equal(2, kept);
    }

    [Theory]
    [InlineData("../secret.mp4")]
    [InlineData("/etc/hostname")]
    [InlineData("a//b")]
    [InlineData("./a.mp4")]
    [InlineData("")]
    public async Task Keys_that_no_listing_gives_are_not_opened(string key)
    {
        File.WriteAllText(_temporary["secret.mp4"], "secret");

        Assert.Equal(ReasonCode.Vanished, (await Assert.ThrowsAsync<RejectedException>(() => Folder().ReadAsync(key, "0-0-0", 0, new byte[1], Token))).Reason);
    }

    private static async Task<List<BucketObject>> List(VideoFolder folder)
    {
        var items = new List<BucketObject>();
        await foreach (var item in folder.ListAsync(Token))
            items.Add(item);
        return items;
    }

    private static string Sha256(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private VideoFolder Folder(params string[] paths) => new("local", paths.Length == 0 ? [_videos] : paths, null, ContentCache.InMemory());

    private async Task AssertReadable(string key)
    {
        var folder = Folder();
        var item = Assert.Single(await List(folder), item => item.Key == key);
        Assert.Null(item.Reason);
        Assert.Equal(Sha256("content"), await folder.ContentAsync(item, Token));
        using var local = await folder.FetchAsync(item.Key, item.Tag, _temporary["id"], Token);
        Assert.Equal("content", await File.ReadAllTextAsync(local.Path, Token));
    }

    private void Write(string key, string content)
    {
        var path = Path.Join(_videos, key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
