using LusPipeline.Buckets.Npy;

namespace LusPipeline.UnitTests.Storage.Npy;

public sealed class NpyMapTests
{
    [Fact]
    public void Frames_are_in_memory_without_a_copy()
    {
        using var folder = new TemporaryFolder();
        var frames = new byte[20 * 299 * 299 * 3];
        new Random(1).NextBytes(frames);
        NpyFile.Write<byte>(folder["a.npy"], [20, 299, 299, 3], frames);
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var map = NpyMap.Open(folder["a.npy"], NpyType.For<byte>());

        Assert.Equal([20L, 299, 299, 3], map.Header.Shape);
        Assert.True(map.Bytes.Span.SequenceEqual(frames));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    [Fact]
    public void Numbers_are_read_as_numbers()
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write<float>(folder["a.npy"], [2], [1.5f, -2]);

        using var map = NpyMap.Open(folder["a.npy"], NpyType.For<float>());

        Assert.Equal([1.5f, -2], map.Values<float>());
        Assert.Throws<InvalidOperationException>(() => map.Values<int>().Length);
    }

    [Fact]
    public void An_open_map_outlives_its_file_s_deletion()
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write<byte>(folder["a.npy"], [3], [1, 2, 3]);

        using var map = NpyMap.Open(folder["a.npy"], NpyType.For<byte>());
        File.Delete(folder["a.npy"]);

        Assert.Equal<byte>([1, 2, 3], map.Bytes.Span);
    }

    [Fact]
    public void A_disposed_map_is_not_read()
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write<byte>(folder["a.npy"], [3], [1, 2, 3]);
        var map = NpyMap.Open(folder["a.npy"], NpyType.For<byte>());
        map.Dispose();

        Assert.Throws<ObjectDisposedException>(() => map.Bytes.Span.Length);
    }

    [Theory]
    [InlineData("|u1", "(2, 2)", true)]
    [InlineData("|i1", "(2, 2)", false)]
    [InlineData(">f4", "(1,)", false)]
    [InlineData("|u1", "(5,)", false)]
    public void What_cannot_be_used_as_it_lies_is_refused(string descr, string shape, bool fortranOrder)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.npy"], NpyBytes.Array(descr, shape, new byte[4], fortranOrder));

        Assert.Equal(folder["a.npy"], Assert.Throws<NpyException>(() => NpyMap.Open(folder["a.npy"], NpyType.For<byte>())).File);
    }

    [Fact]
    public void An_empty_array_is_no_error()
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write<byte>(folder["a.npy"], [0, 3], []);

        using var map = NpyMap.Open(folder["a.npy"], NpyType.For<byte>());

        Assert.True(map.Bytes.IsEmpty);
    }
}
