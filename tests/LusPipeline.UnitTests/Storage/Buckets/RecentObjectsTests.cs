using System.Text;
using LusPipeline.Buckets;
using LusPipeline.Buckets.Folder;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Storage.Buckets;

/// <summary>What a process wrote itself comes from its memory, at most once, and never instead of being in the bucket.</summary>
public sealed class RecentObjectsTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly WorkFolder _bucket;
    private readonly FakeTimeProvider _clock = new();
    private readonly RecentObjects _objects;

    public RecentObjectsTests()
    {
        _bucket = new WorkFolder(_temporary["bucket"]);
        _objects = new RecentObjects(_bucket, _clock, room: 10);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _objects.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public async Task What_was_written_is_read_once_without_the_bucket()
    {
        await PutFile("clips/a.npy", "frames");
        await _objects.PutAsync("features/a.npy", "feat"u8.ToArray(), "{}", Token);
        Assert.Equal(("frames", "feat"), (await ContentOf(_bucket, "clips/a.npy"), await ContentOf(_bucket, "features/a.npy")));
        await _bucket.DeleteAsync("clips/a.npy", Token);
        await _bucket.DeleteAsync("features/a.npy", Token);

        Assert.Equal(("frames", "feat"), (await ContentOf(_objects, "clips/a.npy"), await ContentOf(_objects, "features/a.npy")));
        Assert.Equal((null, null), (await ContentOf(_objects, "clips/a.npy"), await ContentOf(_objects, "features/a.npy")));
    }

    [Fact]
    public async Task The_second_reading_and_what_others_wrote_come_from_the_bucket()
    {
        await PutFile("clips/a.npy", "frames");
        await _objects.PutAsync("features/a.npy", "feat"u8.ToArray(), "{}", Token);
        await _bucket.PutAsync("features/b.npy", "other"u8.ToArray(), "{}", Token);

        for (var reading = 0; reading < 2; reading++)
            Assert.Equal(("frames", "feat", "other"), (await ContentOf(_objects, "clips/a.npy"), await ContentOf(_objects, "features/a.npy"), await ContentOf(_objects, "features/b.npy")));
    }

    [Fact]
    public async Task What_has_no_room_comes_from_the_bucket_and_makes_none()
    {
        await PutFile("clips/a.npy", "123456");
        await PutFile("clips/b.npy", "12345");
        await _objects.PutAsync("features/b.npy", "12345"u8.ToArray(), "{}", Token);
        await PutFile("clips/c.npy", "1234");
        foreach (var key in new[] { "clips/a.npy", "clips/b.npy", "features/b.npy", "clips/c.npy" })
            await _bucket.DeleteAsync(key, Token);

        Assert.Equal((null, null), (await ContentOf(_objects, "clips/b.npy"), await ContentOf(_objects, "features/b.npy")));
        Assert.Equal(("123456", "1234"), (await ContentOf(_objects, "clips/a.npy"), await ContentOf(_objects, "clips/c.npy")));
        await PutFile("clips/d.npy", "1234567890");
        await _bucket.DeleteAsync("clips/d.npy", Token);
        Assert.Equal("1234567890", await ContentOf(_objects, "clips/d.npy"));
    }

    [Fact]
    public async Task What_is_written_anew_deleted_or_not_fetched_in_time_is_not_kept()
    {
        await _objects.PutAsync("features/a.npy", "old"u8.ToArray(), "{}", Token);
        await _objects.PutAsync("features/a.npy", "new"u8.ToArray(), "{}", Token);
        await PutFile("clips/b.npy", "b");
        await _objects.DeleteAsync("clips/b.npy", Token);
        await PutFile("clips/c.npy", "c");
        await _bucket.DeleteAsync("clips/c.npy", Token);

        Assert.Equal(("new", null), (await ContentOf(_objects, "features/a.npy"), await ContentOf(_objects, "clips/b.npy")));
        _clock.Advance(RecentObjects.Patience);
        Assert.Null(await ContentOf(_objects, "clips/c.npy"));
    }

    [Fact]
    public async Task An_older_copy_goes_although_the_newer_one_has_no_room()
    {
        await PutFile("clips/a.npy", "old");
        await PutFile("clips/a.npy", "longer than the room");

        Assert.Equal("longer than the room", await ContentOf(_objects, "clips/a.npy"));
    }

    [Fact]
    public async Task An_object_larger_than_what_is_of_use_is_none()
    {
        await PutFile("clips/a.npy", "123456");

        Assert.Null(await _objects.ReadAsync("clips/a.npy", 5, Token));
    }

    [Fact]
    public async Task What_the_bucket_did_not_take_is_not_kept()
    {
        await File.WriteAllTextAsync(_temporary["frames"], "frames", Token);

        await Assert.ThrowsAsync<ArgumentException>(() => _objects.PutFileAsync("../a.npy", _temporary["frames"], Token));
        await Assert.ThrowsAsync<ArgumentException>(() => _objects.ReadAsync("../a.npy", 100, Token));
        Assert.ThrowsAny<Exception>(() => _objects.PutFileAsync("clips/a.npy", _temporary["missing"], Token).GetAwaiter().GetResult());
        Assert.Null(await ContentOf(_objects, "clips/a.npy"));
    }

    private async Task PutFile(string key, string content)
    {
        await File.WriteAllTextAsync(_temporary["file"], content, Token);
        await _objects.PutFileAsync(key, _temporary["file"], Token);
        Assert.False(File.Exists(_temporary["file"]));
    }

    private static async Task<string?> ContentOf(IWorkBucket from, string key)
    {
        using var content = await from.ReadAsync(key, int.MaxValue, Token);
        return content is null ? null : Encoding.UTF8.GetString(content.Memory.Span);
    }
}
