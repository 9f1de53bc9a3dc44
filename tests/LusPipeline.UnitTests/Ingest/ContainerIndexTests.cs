using System.Buffers.Binary;
using System.Text;
using LusPipeline.Media.Sniffing;

namespace LusPipeline.UnitTests.Ingest;

public sealed class ContainerIndexTests : IDisposable
{
    private const uint NormalRate = 0x10000;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Runs of (frames, units) at 600 units a second, the media header's length, and an edit list in units of 1000 a second.</summary>
    public static TheoryData<uint[], uint, uint[]?, int, double> Movies => new()
    {
        { [50, 24], 1200, null, 50, 2 },
        { [10, 20, 30, 10], 500, null, 40, 0.833333 },
        { [50, 24], 1200, [2000, 0, NormalRate], 50, 2 },
        { [50, 24], 1200, [2001, 0, NormalRate], 50, 2 },
    };

    public static TheoryData<string, uint[], uint, uint[]?> OddMovies => new()
    {
        { "the header's length is another", [50, 24], 1201, null },
        { "no frames", [], 0, null },
        { "no time", [50, 0], 0, null },
        { "more frames than can be counted", [uint.MaxValue, 1], uint.MaxValue, null },
        { "the edit ends early", [50, 24], 1200, [1999, 0, NormalRate] },
        { "the edit begins late", [50, 24], 1200, [2000, 24, NormalRate] },
        { "slow motion", [50, 24], 1200, [2000, 0, NormalRate / 2] },
        { "two edits", [50, 24], 1200, [1000, 0, NormalRate, 1000, 0, NormalRate] },
        { "an empty edit list", [50, 24], 1200, [] },
    };

    [Theory]
    [MemberData(nameof(Movies))]
    public void A_movie_of_one_track_says_its_frames_and_time(uint[] times, uint length, uint[]? edits, int frames, double seconds) =>
        Assert.Equal(new ContainerIndex(frames, TimeSpan.FromMicroseconds(Math.Round(seconds * 1e6))), IndexOf(Movie(times, length, edits)));

    [Theory]
    [MemberData(nameof(OddMovies))]
    public void What_is_not_plain_is_left_to_others(string why, uint[] times, uint length, uint[]? edits)
    {
        TestContext.Current.SendDiagnosticMessage(why);
        Assert.Null(IndexOf(Movie(times, length, edits)));
    }

    [Fact]
    public void The_edit_may_skip_the_delay_of_frames_that_are_reordered()
    {
        Assert.NotNull(IndexOf(Movie([50, 24], 1200, [2000, 48, NormalRate], Mp4Box.Of("ctts", Numbers(0, 1, 50, 48)))));
        Assert.Null(IndexOf(Movie([50, 24], 1200, [2000, 48, NormalRate], Mp4Box.Of("ctts", Numbers(0, 1, 50, 24)))));
        Assert.Null(IndexOf(Movie([50, 24], 1200, [2000, 48, NormalRate], Mp4Box.Of("ctts", Numbers(0, 0)))));
    }

    [Fact]
    public void Tracks_and_fragments_beside_it_make_it_less_than_plain()
    {
        var track = Track([50, 24], 1200, null, []);

        Assert.Null(IndexOf([.. Header(), .. track, .. track]));
        Assert.Null(IndexOf([.. Header(), .. track, .. Mp4Box.Of("trak", [])]));
        Assert.Null(IndexOf([.. Header(), .. track, .. Mp4Box.Of("mvex", [])]));
        Assert.Null(IndexOf(track));
    }

    [Theory]
    [InlineData(1, 100, 0, 100)]
    [InlineData(2, 100, 0, null)]
    [InlineData(1, 100, 5, null)]
    [InlineData(1, 0, 0, null)]
    public void An_avi_of_one_stream_says_its_frames_and_time(uint streams, uint frames, uint start, int? expected)
    {
        var index = Sniff("a.avi", Avi(streams, frames, start, rate: 22250)).Index;

        Assert.Equal(expected, index?.Frames);
        if (expected is not null)
            Assert.Equal(TimeSpan.FromMicroseconds(4_494_382), index?.Duration);
    }

    [Fact]
    public void Headers_of_any_bytes_end_in_time_without_a_crash()
    {
        byte[][] originals =
        [
            Whole(Movie([10, 20, 30, 10], 500, [2000, 48, NormalRate], Mp4Box.Of("ctts", Numbers(0, 1, 50, 48)))),
            Avi(1, 100, 0, 25000),
        ];
        var random = new Random(4);
        foreach (var original in originals)
        {
            for (var i = 0; i < 3000; i++)
            {
                var mutated = (byte[])original.Clone();
                for (var change = 0; change < 4; change++)
                    mutated[random.Next(mutated.Length)] = random.Next(3) == 0 ? (byte)255 : (byte)random.Next(256);
                var path = _folder["mutated"];
                File.WriteAllBytes(path, mutated[..(random.Next(4) == 0 ? random.Next(1, mutated.Length) : mutated.Length)]);
                if (VideoSniffer.Sniff(path, "a.mp4") is SniffResult.Video { Index: { } index })
                {
                    Assert.True(index.Frames > 0);
                    Assert.True(index.Duration > TimeSpan.Zero);
                }
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private ContainerIndex? IndexOf(byte[] movie) => Sniff("a.mp4", Whole(movie)).Index;

    private SniffResult.Video Sniff(string name, byte[] content)
    {
        var path = _folder["content"];
        File.WriteAllBytes(path, content);
        return Assert.IsType<SniffResult.Video>(VideoSniffer.Sniff(path, name));
    }

    private static byte[] Whole(byte[] movie) => [.. Mp4Box.Of("ftyp", "isom"u8), .. Mp4Box.Of("moov", movie)];

    private static byte[] Movie(uint[] times, uint length, uint[]? edits, params byte[] more) => [.. Header(), .. Track(times, length, edits, more)];

    /// <summary>1000 units a second.</summary>
    private static byte[] Header() => Mp4Box.Of("mvhd", [.. Numbers(0, 0, 0, 1000, 2000), .. new byte[80]]);

    private static byte[] Track(uint[] times, uint length, uint[]? edits, byte[] more)
    {
        var list = edits is null ? [] : Mp4Box.Of("edts", Mp4Box.Of("elst", Numbers([0, (uint)(edits.Length / 3), .. edits])));
        var table = Mp4Box.Of("stbl", [.. Mp4Box.Of("stts", Numbers([0, (uint)(times.Length / 2), .. times])), .. more]);
        return Mp4Box.Of("trak", [.. list, .. Mp4Box.Of("mdia", [.. Mp4Box.Of("mdhd", [.. Numbers(0, 0, 0, 600, length), .. new byte[12]]), .. Mp4Box.Of("minf", [.. Mp4Box.Of("vmhd", new byte[12]), .. table])])]);
    }

    private static byte[] Avi(uint streams, uint frames, uint start, uint rate)
    {
        byte[] header = [.. LittleNumbers(0, 0, 0, 0, frames, 0, streams, 0), .. new byte[24]];
        byte[] stream = [.. "vidsFMP4"u8, .. LittleNumbers(0, 0, 0, 1000, rate, start, frames, 0, 0, 0, 0, 0)];
        byte[] format = [.. LittleNumbers(40, 160, 120), .. new byte[28]];
        byte[] list = [.. "hdrl"u8, .. Chunk("avih", header), .. Chunk("LIST", [.. "strl"u8, .. Chunk("strh", stream), .. Chunk("strf", format)])];
        return [.. "RIFF"u8, 0, 0, 0, 0, .. "AVI "u8, .. Chunk("LIST", list)];
    }

    private static byte[] Chunk(string name, ReadOnlySpan<byte> body) => [.. Encoding.ASCII.GetBytes(name), .. LittleNumbers((uint)body.Length), .. body];

    private static byte[] Numbers(params uint[] values)
    {
        var bytes = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * 4), values[i]);
        return bytes;
    }

    private static byte[] LittleNumbers(params uint[] values)
    {
        var bytes = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), values[i]);
        return bytes;
    }
}
