using System.Numerics;
using System.Text;
using LusPipeline.Buckets.Npy;

namespace LusPipeline.UnitTests.Storage.Npy;

public sealed class NpyReadingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void All_versions_of_the_format_are_read(byte version)
    {
        var (shape, values) = Read<byte>(NpyBytes.Array("|u1", "(2, 2)", [1, 2, 3, 4], version: version));

        Assert.Equal([2L, 2], shape);
        Assert.Equal<byte>([1, 2, 3, 4], values);
    }

    [Theory]
    [InlineData("<f4", new byte[] { 0, 0, 0xC0, 0x3F }, 1.5)]
    [InlineData(">f4", new byte[] { 0x3F, 0xC0, 0, 0 }, 1.5)]
    [InlineData("<f2", new byte[] { 0, 0x3E }, 1.5)]
    [InlineData(">f2", new byte[] { 0x3E, 0 }, 1.5)]
    [InlineData("<f8", new byte[] { 0, 0, 0, 0, 0, 0, 0xF8, 0x3F }, 1.5)]
    [InlineData(">f8", new byte[] { 0x3F, 0xF8, 0, 0, 0, 0, 0, 0 }, 1.5)]
    [InlineData("|i1", new byte[] { 0xFE }, -2)]
    [InlineData("<i1", new byte[] { 0xFE }, -2)]
    [InlineData("|u1", new byte[] { 0xFE }, 254)]
    [InlineData("<i2", new byte[] { 0xFE, 0xFF }, -2)]
    [InlineData(">i2", new byte[] { 0xFF, 0xFE }, -2)]
    [InlineData("<u2", new byte[] { 0xFE, 0xFF }, 65534)]
    [InlineData("<i4", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF }, -2)]
    [InlineData(">u4", new byte[] { 0xFF, 0xFF, 0xFF, 0xFE }, 4294967294)]
    [InlineData("|b1", new byte[] { 0 }, 0)]
    [InlineData("|b1", new byte[] { 1 }, 1)]
    [InlineData("|b1", new byte[] { 7 }, 1)]
    public void Every_number_that_a_double_holds_becomes_a_double(string descr, byte[] bytes, double expected)
    {
        var (shape, values) = Read<double>(NpyBytes.Array(descr, "()", bytes));

        Assert.Empty(shape);
        Assert.Equal([expected], values);
    }

    [Theory]
    [InlineData("<i8", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(">i8", new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE })]
    public void Sixty_four_bit_integers_are_read(string descr, byte[] bytes)
    {
        Assert.Equal([-2L], Read<long>(NpyBytes.Array(descr, "(1,)", bytes)).Values);
        Assert.Equal([ulong.MaxValue - 1], Read<ulong>(NpyBytes.Array(descr.Replace('i', 'u'), "(1,)", bytes)).Values);
    }

    [Fact]
    public void Fortran_order_becomes_row_by_row()
    {
        var (shape, values) = Read<byte>(NpyBytes.Array("|u1", "(2, 3, 2)", [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11], fortranOrder: true));

        Assert.Equal([2L, 3, 2], shape);
        Assert.Equal<byte>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], values);
    }

    [Theory]
    [InlineData("<U3", new byte[] { (byte)'a', 0, 0, 0, (byte)'b', 0, 0, 0, 0, 0, 0, 0, 0x1D, 0xF7, 1, 0, 0, 0, 0, 0, (byte)'c', 0, 0, 0 })]
    [InlineData(">U3", new byte[] { 0, 0, 0, (byte)'a', 0, 0, 0, (byte)'b', 0, 0, 0, 0, 0, 1, 0xF7, 0x1D, 0, 0, 0, 0, 0, 0, 0, (byte)'c' })]
    public void Text_is_read_in_both_byte_orders(string descr, byte[] bytes)
    {
        using var stream = new MemoryStream(NpyBytes.Array(descr, "(2,)", bytes));

        var (shape, values) = NpyFile.ReadStrings(stream, "a.npy");

        Assert.Equal([2L], shape);
        Assert.Equal(["ab", "\U0001F71D\0c"], values);
    }

    [Theory]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2L,), }")]
    [InlineData("{\"shape\":(2,),\"fortran_order\":True,\"descr\":\"|u1\"}")]
    [InlineData("  {'descr' : '|u1' ,'fortran_order':False, 'shape': ( 2 , 1 ) }   \n")]
    public void Headers_may_be_spelled_in_several_ways(string header) =>
        Assert.Equal<byte>([5, 6], Read<byte>(NpyBytes.File(header, [5, 6])).Values);

    [Fact]
    public void An_array_with_an_empty_dimension_has_no_values() =>
        Assert.Empty(Read<float>(NpyBytes.Array("<f4", "(0, 9223372036854775807, 9223372036854775807)", [], fortranOrder: true)).Values);

    [Theory]
    [InlineData("<f4", typeof(int))]
    [InlineData("<i8", typeof(double))]
    [InlineData("<i8", typeof(int))]
    [InlineData("<i4", typeof(float))]
    [InlineData("|u1", typeof(sbyte))]
    [InlineData("|i1", typeof(ulong))]
    [InlineData("<u4", typeof(int))]
    [InlineData("<u2", typeof(Half))]
    [InlineData("<U2", typeof(float))]
    public void Numbers_that_would_lose_something_are_refused(string descr, Type wanted)
    {
        var file = NpyBytes.Array(descr, "(1,)", new byte[8].AsSpan(0, descr[^1] == '2' && descr[1] == 'U' ? 8 : descr[^1] - '0'));

        var error = wanted switch
        {
            _ when wanted == typeof(int) => Refusal<int>(file),
            _ when wanted == typeof(double) => Refusal<double>(file),
            _ when wanted == typeof(float) => Refusal<float>(file),
            _ when wanted == typeof(sbyte) => Refusal<sbyte>(file),
            _ when wanted == typeof(ulong) => Refusal<ulong>(file),
            _ => Refusal<Half>(file),
        };

        Assert.Contains("cannot hold", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Numpy_s_own_files_are_read()
    {
        var folder = SharedData.Require("data", "features_20", "xception");

        var (shape, features) = NpyFile.Read<float>(Path.Combine(folder, "features-2048.npy"));
        var names = NpyFile.ReadStrings(Path.Combine(folder, "filenames.npy"));
        var labels = NpyFile.Read<long>(Path.Combine(folder, "labels.npy"));

        Assert.Equal([1840L, 2048], shape);
        Assert.All(features, value => Assert.InRange(value, 0f, 10f));
        Assert.Equal(1840, names.Values.Distinct().Count());
        Assert.All(names.Values, name => Assert.Matches("^(cov|pne|reg)/.*-[0-9]+\\.png$", name));
        Assert.Equal([0L, 1, 2], labels.Values.Distinct().Order());
    }

    internal static (long[] Shape, T[] Values) Read<T>(byte[] file) where T : unmanaged, INumberBase<T>
    {
        using var stream = new MemoryStream(file);
        return NpyFile.Read<T>(stream, "a.npy");
    }

    internal static NpyException Refusal<T>(byte[] file) where T : unmanaged, INumberBase<T>
    {
        var error = Assert.Throws<NpyException>(() => Read<T>(file));
        Assert.StartsWith("'a.npy' cannot be read as a numpy file: ", error.Message, StringComparison.Ordinal);
        return error;
    }

    internal static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
