using System.Numerics;
using System.Text;
using LusPipeline.Buckets.Npy;

namespace LusPipeline.UnitTests.Storage.Npy;

public sealed class NpyWritingTests
{
    [Fact]
    public void The_header_is_byte_for_byte_numpy_s()
    {
        using var stream = new MemoryStream();

        NpyFile.Write<byte>(stream, [20, 2, 1], new byte[40]);

        var expected = "\u0093NUMPY\u0001\0\u0076\0{'descr': '|u1', 'fortran_order': False, 'shape': (20, 2, 1), }".PadRight(127) + "\n" + new string('\0', 40);
        Assert.Equal(Encoding.Latin1.GetBytes(expected), stream.ToArray());
    }

    [Fact]
    public void Rewriting_numpy_s_own_files_gives_the_same_bytes()
    {
        var folder = SharedData.Require("data", "features_20", "xception");
        var features = NpyFile.Read<float>(Path.Combine(folder, "features-2048.npy"));
        var names = NpyFile.ReadStrings(Path.Combine(folder, "filenames.npy"));
        var labels = NpyFile.Read<long>(Path.Combine(folder, "labels.npy"));

        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "features-2048.npy")), Written(stream => NpyFile.Write<float>(stream, features.Shape, features.Values)));
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "filenames.npy")), Written(stream => NpyFile.WriteStrings(stream, names.Shape, names.Values)));
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "labels.npy")), Written(stream => NpyFile.Write<long>(stream, labels.Shape, labels.Values)));
    }

    [Fact]
    public void Every_type_of_number_comes_back()
    {
        ComesBack<byte>([], [200]);
        ComesBack<sbyte>([1], [-100]);
        ComesBack<short>([2], [short.MinValue, 7]);
        ComesBack<ushort>([1, 2], [ushort.MaxValue, 7]);
        ComesBack<int>([2, 1, 1], [int.MinValue, 7]);
        ComesBack<uint>([2, 0], []);
        ComesBack<long>([1], [long.MinValue]);
        ComesBack<ulong>([1], [ulong.MaxValue]);
        ComesBack<Half>([2], [Half.MaxValue, Half.NegativeInfinity]);
        ComesBack<float>([2], [float.MaxValue, float.NaN]);
        ComesBack<double>([2], [double.Epsilon, double.PositiveInfinity]);
    }

    [Fact]
    public void Text_comes_back()
    {
        using var folder = new TemporaryFolder();
        string[] names = ["cov/Cov-Ä 1.gif-1.png", "", "\U0001FAC1", " "];

        NpyFile.WriteStrings(folder["a.npy"], [2, 2], names);

        var (shape, values) = NpyFile.ReadStrings(folder["a.npy"]);
        Assert.Equal([2L, 2], shape);
        Assert.Equal(names, values);
    }

    [Fact]
    public void Text_that_numpy_cannot_hold_is_refused()
    {
        using var stream = new MemoryStream();

        Assert.Throws<ArgumentException>(() => NpyFile.WriteStrings(stream, [1], ["a\0"]));
        Assert.ThrowsAny<ArgumentException>(() => NpyFile.WriteStrings(stream, [1], ["\uD800"]));
    }

    [Fact]
    public void A_shape_that_the_values_do_not_fill_is_refused()
    {
        using var stream = new MemoryStream();

        Assert.Throws<ArgumentException>(() => NpyFile.Write<float>(stream, [2, 2], [1, 2, 3]));
        Assert.ThrowsAny<ArgumentException>(() => NpyFile.Write<float>(stream, [-1], []));
        Assert.Throws<ArgumentException>(() => NpyFile.Write<float>(stream, [long.MaxValue, 2], []));
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public void A_frame_at_a_time_after_a_header_makes_a_file()
    {
        using var stream = new MemoryStream();
        var header = new NpyHeader(NpyType.For<byte>(), [2, 3]);

        header.Write(stream);
        stream.Write([1, 2, 3]);
        stream.Write([4, 5, 6]);

        Assert.Equal(6, header.DataBytes);
        Assert.Equal<byte>([1, 2, 3, 4, 5, 6], NpyReadingTests.Read<byte>(stream.ToArray()).Values);
    }

    private static void ComesBack<T>(long[] shape, T[] values) where T : unmanaged, INumberBase<T>
    {
        using var folder = new TemporaryFolder();
        NpyFile.Write<T>(folder["a.npy"], shape, values);
        var (readShape, readValues) = NpyFile.Read<T>(folder["a.npy"]);
        Assert.Equal(shape, readShape);
        Assert.Equal(values, readValues);
    }

    private static byte[] Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }
}
