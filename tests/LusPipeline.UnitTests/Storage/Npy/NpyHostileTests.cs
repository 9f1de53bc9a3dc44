using LusPipeline.Buckets.Npy;
using LusPipeline.UnitTests.Fuzzing;

namespace LusPipeline.UnitTests.Storage.Npy;

public sealed class NpyHostileTests
{
    [Theory]
    [InlineData("", "ends within its header")]
    [InlineData("NUMPY", "ends within its header")]
    [InlineData("GIF89a is no array", "does not begin")]
    public void What_is_no_numpy_file_is_refused(string content, string problem) =>
        Assert.Contains(problem, NpyReadingTests.Refusal<float>(NpyReadingTests.Ascii(content)).Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("|O", "(1,)", "pickled")]
    [InlineData("<f16", "(1,)", "not supported")]
    [InlineData("<c8", "(1,)", "not supported")]
    [InlineData("|S4", "(1,)", "not supported")]
    [InlineData("<M8[ns]", "(1,)", "not a numpy type")]
    [InlineData("<U0", "(1000000000,)", "not supported")]
    [InlineData("<U2147483647", "(1,)", "not supported")]
    [InlineData("|f4", "(1,)", "order of its bytes")]
    [InlineData("f", "(1,)", "not a numpy type")]
    [InlineData("float32", "(1,)", "not a numpy type")]
    [InlineData("<f4", "(1000000000000,)", "more than the 8 bytes")]
    [InlineData("<f4", "(4294967296, 4294967296, 4294967296)", "more than the 8 bytes")]
    [InlineData("<f8", "(2305843009213693952,)", "more than the 8 bytes")]
    [InlineData("<f4", "(99999999999999999999,)", "beyond 64 bits")]
    [InlineData("<f4", "(-2,)", "not a whole number from 0 up")]
    [InlineData("<f4", "(2.0,)", "")]
    [InlineData("<f4", "(2)", "not a tuple")]
    [InlineData("<f4", "[2]", "not a tuple")]
    [InlineData("<f4", "((2,),)", "not a whole number from 0 up")]
    [InlineData("<f4", "(2,", "not a whole number from 0 up")]
    [InlineData("<f4", "(,)", "not a whole number from 0 up")]
    [InlineData("<f4", "(1,)", "goes on for 4 bytes")]
    [InlineData("<f4", "(3,)", "more than the 8 bytes")]
    public void Wrong_types_and_shapes_are_refused(string descr, string shape, string problem) =>
        Assert.Contains(problem, NpyReadingTests.Refusal<float>(NpyBytes.Array(descr, shape, new byte[8])).Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{'descr': '|u1', 'fortran_order': False}")]
    [InlineData("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} + {}")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}\0")]
    [InlineData("{'descr': '|u1, 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': '\\x7cu1', 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': '|ü1', 'fortran_order': False, 'shape': (1,)}")]
    public void Headers_that_numpy_does_not_write_are_refused(string header) =>
        Assert.NotEmpty(NpyReadingTests.Refusal<byte>(NpyBytes.File(header, [1])).Problem);

    [Fact]
    public void Deep_nesting_does_not_exhaust_the_stack()
    {
        var nested = new string('(', 30_000);

        NpyReadingTests.Refusal<byte>(NpyBytes.File($"{{'descr': '|u1', 'fortran_order': False, 'shape': {nested}", [1]));
        NpyReadingTests.Refusal<byte>(NpyBytes.File(new string('{', 60_000), [1], version: 3));
    }

    [Fact]
    public void More_dimensions_than_numpy_has_are_refused()
    {
        var shape = string.Concat(Enumerable.Repeat("1,", 65));

        Assert.Contains("64 dimensions", NpyReadingTests.Refusal<byte>(NpyBytes.Array("|u1", $"({shape})", [1])).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xFFFFFFFF, "longer than the file")]
    [InlineData(200_000, "longer than 65536")]
    public void A_header_s_length_is_not_believed(uint length, string problem)
    {
        var file = NpyBytes.File(new string(' ', 200_000), [], version: 2);
        BitConverter.TryWriteBytes(file.AsSpan(8), length);

        Assert.Contains(problem, NpyReadingTests.Refusal<byte>(file).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x110000u)]
    [InlineData(0xD800u)]
    [InlineData(0xFFFFFFFFu)]
    public void Text_outside_Unicode_is_refused(uint code)
    {
        using var stream = new MemoryStream(NpyBytes.Array("<U1", "(1,)", BitConverter.GetBytes(code)));

        Assert.Contains("not a Unicode character", Assert.Throws<NpyException>(() => NpyFile.ReadStrings(stream, "a.npy")).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        var file = NpyBytes.Array("<f4", "(3, 2)", new byte[24]);

        for (var length = 0; length < file.Length; length++)
            NpyReadingTests.Refusal<float>(file[..length]);
    }

    [Fact]
    public void Mutated_files_give_values_or_an_error_that_names_the_file_within_bounds()
    {
        byte[][] seeds =
        [
            NpyBytes.Array("<f4", "(3, 2)", new byte[24]),
            NpyBytes.Array(">i8", "(2, 2)", new byte[32], fortranOrder: true, version: 2),
            NpyBytes.Array("<U3", "(2,)", new byte[24], version: 3),
            NpyBytes.Array("|b1", "(5,)", new byte[5]),
        ];
        var tokens = new[] { "9", "99999999", "(", ")", ",", "'", "{", "}", "\0", "<U", ">f8", "|O", "True", "\u00ff", " ", "-", "L" };
        var cases = FuzzCases.OrElse(8_000);
        var random = new Random(20_260_101);
        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        var refused = 0;

        for (var round = 0; round < cases; round++)
        {
            var file = seeds[round % seeds.Length].ToList();
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var at = random.Next(file.Count);
                switch (random.Next(4))
                {
                    case 0:
                        file[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        file.InsertRange(at, NpyReadingTests.Ascii(tokens[random.Next(tokens.Length)]));
                        break;
                    case 2:
                        file.RemoveRange(at, Math.Min(random.Next(1, 9), file.Count - at - 1));
                        break;
                    default:
                        file[at] ^= (byte)(1 << random.Next(8));
                        break;
                }
            }
            refused += Refused(file, stream => NpyFile.Read<double>(stream, "a.npy"));
            refused += Refused(file, stream => NpyFile.ReadStrings(stream, "a.npy"));
        }

        Assert.InRange(refused, cases, (2 * cases) - 1);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocatedBefore < 50_000L * cases);
    }

    private static int Refused(List<byte> file, Action<Stream> read)
    {
        try
        {
            read(new MemoryStream([.. file]));
            return 0;
        }
        catch (NpyException error)
        {
            Assert.Equal("a.npy", error.File);
            return 1;
        }
    }
}
