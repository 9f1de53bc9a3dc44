using LusPipeline.Explaining.Frames;

namespace LusPipeline.UnitTests.Explaining;

public sealed class FrameCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_read_longest_ago_makes_room()
    {
        var cache = new FrameCache(_folder["frames"], maxBytes: 250);
        var (first, second, third) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        Take(cache, first);
        Take(cache, second);
        Age(first, minutes: 3);
        Age(second, minutes: 2);
        Assert.NotNull(cache.Read(first, 4, 5));

        Take(cache, third);

        Assert.NotNull(cache.Read(first, 4, 5));
        Assert.Null(cache.Read(second, 4, 5));
        Assert.NotNull(cache.Read(third, 4, 5));
    }

    [Fact]
    public void A_clip_of_another_size_is_another()
    {
        var cache = new FrameCache(_folder["frames"]);
        var clip = Guid.NewGuid();
        Take(cache, clip);

        Assert.Null(cache.Read(clip, 5, 4));
        cache.Remove([clip]);
        Assert.Null(cache.Read(clip, 4, 5));
    }

    private static void Take(FrameCache cache, Guid clip)
    {
        var file = Path.Combine(cache.MakeScratch(), "clip.npy");
        File.WriteAllBytes(file, new byte[100]);
        cache.Take(clip, 4, 5, file);
    }

    private void Age(Guid clip, int minutes) => File.SetLastWriteTimeUtc(_folder[$"frames/{clip:D}.4x5.npy"], DateTime.UtcNow.AddMinutes(-minutes));
}
