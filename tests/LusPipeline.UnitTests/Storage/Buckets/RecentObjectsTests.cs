using System.Text;
using LusPipeline.Buckets;
using LusPipeline.Buckets.Folder;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Storage.Buckets;

/// <summary>What a process wrote itself comes from its memory, at most once, and never instead of being in the bucket.</summary>
public sealed class RecentObjectsTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();
    private readonly WorkFolder bucket;
    private readonly FakeTimeProvider clock = new();
    private readonly RecentObjects objects;

    public RecentObjectsTests()
    {
        bucket = new WorkFolder(temporary["bucket"]);
        objects = new RecentObjects(bucket, clock, room: 10);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        objects.Dispose();
        temporary.Dispose();
    }

    [Fact]
    public async Task What_was_written_is_read_once_without_the_bucket()
    {
        await PutFile("clips/a.npy", "frames");
        await objects.PutAsync("features/a.npy", "feat"u8.ToArray(), "{}", Token);
        Assert.Equal(("frames", "feat"), (await ContentOf(bucket, "clips/a.npy"), await ContentOf(bucket, "features/a.npy")));
        await bucket.DeleteAsync("clips/a.npy", Token);
        await bucket.DeleteAsync("features/a.npy", Token);

        Assert.Equal(("frames", "feat"), (await ContentOf(objects, "clips/a.npy"), await ContentOf(objects, "features/a.npy")));
        Assert.Equal((null, null), (await ContentOf(objects, "clips/a.npy"), await ContentOf(objects, "features/a.npy")));
    }

    [Fact]
    public async Task The_second_reading_and_what_others_wrote_come_from_the_bucket()
    {
        await PutFile("clips/a.npy", "frames");
        await objects.PutAsync("features/a.npy", "feat"u8.ToArray(), "{}", Token);
        await bucket.PutAsync("features/b.npy", "other"u8.ToArray(), "{}", Token);

        for (var reading = 0; reading < 2; reading++)
            Assert.Equal(("frames", "feat", "other"), (await ContentOf(objects, "clips/a.npy"), await ContentOf(objects, "features/a.npy"), await ContentOf(objects, "features/b.npy")));
    }

    [Fact]
    public async Task What_has_no_room_comes_from_the_bucket_and_makes_none()
    {
        await PutFile("clips/a.npy", "123456");
        await PutFile("clips/b.npy", "12345");
        await objects.PutAsync("features/b.npy", "12345"u8.ToArray(), "{}", Token);
        await PutFile("clips/c.npy", "1234");
        foreach (var key in new[] { "clips/a.npy", "clips/b.npy", "features/b.npy", "clips/c.npy" })
            await bucket.DeleteAsync(key, Token);

        Assert.Equal((null, null), (await ContentOf(objects, "clips/b.npy"), await ContentOf(objects, "features/b.npy")));
        Assert.Equal(("123456", "1234"), (await ContentOf(objects, "clips/a.npy"), await ContentOf(objects, "clips/c.npy")));
        await PutFile("clips/d.npy", "1234567890");
        await bucket.DeleteAsync("clips/d.npy", Token);
        Assert.Equal("1234567890", await ContentOf(objects, "clips/d.npy"));
    }

    [Fact]
    public async Task What_is_written_anew_deleted_or_not_fetched_in_time_is_not_kept()
    {
        await objects.PutAsync("features/a.npy", "old"u8.ToArray(), "{}", Token);
        await objects.PutAsync("features/a.npy", "new"u8.ToArray(), "{}", Token);
        await PutFile("clips/b.npy", "b");
        await objects.DeleteAsync("clips/b.npy", Token);
        await PutFile("clips/c.npy", "c");
        await bucket.DeleteAsync("clips/c.npy", Token);

        Assert.Equal(("new", null), (await ContentOf(objects, "features/a.npy"), await ContentOf(objects, "clips/b.npy")));
        clock.Advance(RecentObjects.Patience);
        Assert.Null(await ContentOf(objects, "clips/c.npy"));
    }

    [Fact]
    public async Task An_older_copy_goes_although_the_newer_one_has_no_room()
    {
        await PutFile("clips/a.npy", "old");
        await PutFile("clips/a.npy", "longer than the room");

        Assert.Equal("longer than the room", await ContentOf(objects, "clips/a.npy"));
    }

    [Fact]
    public async Task An_object_larger_than_what_is_of_use_is_none()
    {
        await PutFile("clips/a.npy", "123456");

        Assert.Null(await objects.ReadAsync("clips/a.npy", 5, Token));
    }

    [Fact]
    public async Task What_the_bucket_did_not_take_is_not_kept()
    {
        await File.WriteAllTextAsync(temporary["frames"], "frames", Token);

        await Assert.ThrowsAsync<ArgumentException>(() => objects.PutFileAsync("../a.npy", temporary["frames"], Token));
        await Assert.ThrowsAsync<ArgumentException>(() => objects.ReadAsync("../a.npy", 100, Token));
        Assert.ThrowsAny<Exception>(() => objects.PutFileAsync("clips/a.npy", temporary["missing"], Token).GetAwaiter().GetResult());
        Assert.Null(await ContentOf(objects, "clips/a.npy"));
    }

    private async Task PutFile(string key, string content)
    {
        await File.WriteAllTextAsync(temporary["file"], content, Token);
        await objects.PutFileAsync(key, temporary["file"], Token);
        Assert.False(File.Exists(temporary["file"]));
    }

    private static async Task<string?> ContentOf(IWorkBucket from, string key)
    {
        using var content = await from.ReadAsync(key, int.MaxValue, Token);
        return content is null ? null : Encoding.UTF8.GetString(content.Memory.Span);
    }
}
