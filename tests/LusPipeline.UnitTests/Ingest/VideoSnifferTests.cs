using System.Buffers.Binary;
using System.Text;
using LusPipeline.Core.Outcomes;
using LusPipeline.Media.Sniffing;

namespace LusPipeline.UnitTests.Ingest;

public sealed class VideoSnifferTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, byte[]> Heads => new()
    {
        { "gif", [.. "GIF89a"u8, 1, 0, 1, 0, 0x3B] },
        { "avi", [.. "RIFF"u8, 4, 0, 0, 0, .. "AVI "u8] },
        { "matroska", [0x1A, 0x45, 0xDF, 0xA3, 0x80] },
        { "mpeg-ps", [0, 0, 1, 0xBA, 0x44, 0, 4, 0, 4, 1, 0, 0, 0, 0xF8] },
        { "mpeg", [0, 0, 1, 0xB3, 1, 2, 3, 4] },
        { "mpeg-4", [0, 0, 1, 0xB0, 1, 2, 3, 4] },
        { "mpeg-ts", TransportPackets(188, 0) },
        { "mpeg-ts", TransportPackets(192, 4) },
        { "ogg", [.. "OggS"u8, 0, 2] },
        { "asf", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9] },
        { "flv", [.. "FLV"u8, 1, 1] },
        { "ivf", [.. "DKIF"u8, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public void Content_names_the_container_whatever_the_name(string container, byte[] head)
    {
        foreach (var name in new[] { "a.mp4", "b.txt", "c" })
            Assert.Equal(container, Assert.IsType<SniffResult.Video>(Sniff(name, head)).Container.Name);
        Assert.True(VideoSniffer.IsOurs(head));
    }

    [Fact]
    public void No_container_lets_a_playlist_demuxer_in()
    {
        string[] playlists = ["hls", "concat", "dash", "sdp", "image2", "svg_pipe", "imf", "rtsp", "lavfi", "tty"];
        var allowed = typeof(VideoContainer).GetProperties().Where(property => property.PropertyType == typeof(VideoContainer))
            .SelectMany(property => ((VideoContainer)property.GetValue(null)!).AllowedDemuxers.Split(','));

        Assert.Empty(allowed.Intersect(playlists));
    }

    [Theory]
    [InlineData("labels.csv", "file,label\n")]
    [InlineData("README", "hello")]
    [InlineData(".DS_Store", "\0\0\0\u0001Bud1")]
    [InlineData("empty.txt", "")]
    [InlineData("photo.jpg", "ÿØÿà\0\u0010JFIF")]
    public void What_is_no_video_and_claims_nothing_is_skipped(string name, string content)
    {
        Assert.IsType<SniffResult.Skipped>(Sniff(name, Encoding.Latin1.GetBytes(content)));
        Assert.False(VideoSniffer.IsOurs(Encoding.Latin1.GetBytes(content)));
    }

    [Theory]
    [InlineData("a.mp4", "", ReasonCode.Empty)]
    [InlineData("a.MP4", "text", ReasonCode.NotAVideo)]
    [InlineData("a.gif", "\u0089PNG\r\n\u001a\n\0\0\0", ReasonCode.NotAVideo)]
    [InlineData("a.mp4", "<?xml version='1.0'?><svg/>", ReasonCode.NotAVideo)]
    [InlineData("a.mov", "\0\0\0\u0018ftypheic\0\0\0\0", ReasonCode.NotAVideo)]
    [InlineData("notes.txt", "#EXTM3U\n", ReasonCode.Playlist)]
    [InlineData("a.mp4", "\u00ef\u00bb\u00bf#EXTM3U\n", ReasonCode.Playlist)]
    [InlineData("a", "ffconcat version 1.0\n", ReasonCode.Playlist)]
    [InlineData("a", "[playlist]\nFile1=x\n", ReasonCode.Playlist)]
    [InlineData("a", "v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\n", ReasonCode.Playlist)]
    [InlineData("a", "<?xml version='1.0'?>\n<MPD/>", ReasonCode.Playlist)]
    [InlineData("a.txt", "file '/etc/passwd'\n", ReasonCode.Playlist)]
    public void Claims_without_a_video_are_rejected(string name, string content, string reason) =>
        Assert.Equal(reason, Assert.IsType<SniffResult.Rejected>(Sniff(name, Encoding.Latin1.GetBytes(content))).Reason);

    [Fact]
    public void A_log_that_mentions_a_file_is_no_playlist() =>
        Assert.IsType<SniffResult.Skipped>(Sniff("notes.txt", Encoding.ASCII.GetBytes("file by patient and date\n")));

    [Fact]
    public void Dicom_claims_by_its_content() => Assert.IsType<SniffResult.Dicom>(Sniff("IM0001", [.. new byte[128], .. "DICM"u8]));

    [Theory]
    [InlineData(1, null)]
    [InlineData(0, ReasonCode.ExternalReference)]
    public void A_data_reference_must_be_to_the_file_itself(byte flags, string? reason)
    {
        var result = Sniff("a.mp4", Mp4(Mp4Box.Of("url ", [0, 0, 0, flags, .. "http://192.0.2.1/x"u8])));

        Assert.Equal(reason, (result as SniffResult.Rejected)?.Reason);
    }

    [Fact]
    public void A_reference_movie_is_a_reference()
    {
        var movie = Mp4Box.Of("moov", Mp4Box.Of("rmra", Mp4Box.Of("rmda", Mp4Box.Of("rdrf", [0, 0, 0, 0, .. "url "u8, 0, 0, 0, 1, 0]))));

        Assert.Equal(ReasonCode.ExternalReference, Assert.IsType<SniffResult.Rejected>(Sniff("a.mov", movie)).Reason);
    }

    [Fact]
    public void An_mp4_needs_its_index_whole()
    {
        var mp4 = Mp4(Mp4Box.Of("url ", [0, 0, 0, 1]));

        Assert.Equal(ReasonCode.Truncated, Assert.IsType<SniffResult.Rejected>(Sniff("a.mp4", mp4.AsSpan(0, mp4.Length - 5))).Reason);
        Assert.Equal(ReasonCode.Truncated, Assert.IsType<SniffResult.Rejected>(Sniff("a.mp4", [.. Mp4Box.Of("ftyp", "isom"u8), .. Mp4Box.Of("mdat", new byte[10])])).Reason);
    }

    [Fact]
    public void An_mp4_whose_data_goes_on_beyond_its_end_is_cut_short()
    {
        var whole = (byte[])[.. Mp4(Mp4Box.Of("url ", [0, 0, 0, 1])), .. Mp4Box.Of("mdat", new byte[100])];

        Assert.False(Assert.IsType<SniffResult.Video>(Sniff("a.mp4", whole)).CutShort);
        Assert.True(Assert.IsType<SniffResult.Video>(Sniff("a.mp4", whole.AsSpan(0, whole.Length - 1))).CutShort);
    }

    [Fact]
    public void Boxes_of_any_bytes_end_in_time_without_a_crash()
    {
        var mp4 = Mp4(Mp4Box.Of("url ", [0, 0, 0, 1]));
        var random = new Random(3);
        for (var i = 0; i < 2000; i++)
        {
            var mutated = (byte[])mp4.Clone();
            for (var change = 0; change < 4; change++)
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            _ = Sniff("a.mp4", mutated);
        }
    }

    [Theory]
    [InlineData("RIFF", 4)]
    [InlineData("RIFF", 12)]
    [InlineData("RIFF", uint.MaxValue)]
    [InlineData("RIFF", 0)]
    public void An_avi_of_an_honest_or_unknown_size_is_whole(string mark, uint size) => Assert.False(AviCutShort(mark, size));

    [Fact]
    public void An_avi_larger_than_its_file_is_cut_short() => Assert.True(AviCutShort("RIFF", 13));

    [Fact]
    public void A_gif_without_its_last_byte_is_cut_short()
    {
        Assert.False(Assert.IsType<SniffResult.Video>(Sniff("a.gif", [.. "GIF89a"u8, 1, 0, 1, 0, 0x3B, 0, 0])).CutShort);
        Assert.True(Assert.IsType<SniffResult.Video>(Sniff("a.gif", [.. "GIF89a"u8, 1, 0, 1, 0, 7, 0x3B])).CutShort);
    }

    [Fact]
    public void A_matroska_segment_beyond_the_file_is_cut_short()
    {
        byte[] head = [0x1A, 0x45, 0xDF, 0xA3, 0x81, 0, 0x18, 0x53, 0x80, 0x67];

        Assert.False(Assert.IsType<SniffResult.Video>(Sniff("a.mkv", [.. head, 0x82, 1, 2])).CutShort);
        Assert.True(Assert.IsType<SniffResult.Video>(Sniff("a.mkv", [.. head, 0x83, 1, 2])).CutShort);
        Assert.False(Assert.IsType<SniffResult.Video>(Sniff("a.mkv", [.. head, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1])).CutShort);
    }

    [Fact]
    public void A_program_stream_that_ends_within_a_packet_is_cut_short()
    {
        byte[] pack = [0, 0, 1, 0xBA, 0x44, 0, 4, 0, 4, 1, 0, 0, 0, 0xF8, 0, 0, 1, 0xE0, 0, 4, 1, 2, 3, 4];

        Assert.False(Assert.IsType<SniffResult.Video>(Sniff("a.mpg", pack)).CutShort);
        Assert.True(Assert.IsType<SniffResult.Video>(Sniff("a.mpg", pack.AsSpan(0, pack.Length - 1))).CutShort);
    }

    public void Dispose() => _folder.Dispose();

    private bool AviCutShort(string mark, uint size)
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(mark), 0, 0, 0, 0, .. "AVI "u8];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), size);
        return Assert.IsType<SniffResult.Video>(Sniff("a.avi", bytes)).CutShort;
    }

    private SniffResult Sniff(string name, ReadOnlySpan<byte> content)
    {
        var path = _folder["content"];
        File.WriteAllBytes(path, content);
        return VideoSniffer.Sniff(path, name);
    }

    private static byte[] Mp4(byte[] reference) =>
        [.. Mp4Box.Of("ftyp", "isom"u8), .. Mp4Box.Of("moov", Mp4Box.Of("trak", Mp4Box.Of("mdia", Mp4Box.Of("minf", Mp4Box.Of("dinf", Mp4Box.Of("dref", [0, 0, 0, 0, 0, 0, 0, 1, .. reference]))))))];

    private static byte[] TransportPackets(int distance, int first)
    {
        var bytes = new byte[distance * 4];
        for (var at = first; at < bytes.Length; at += distance)
            bytes[at] = 0x47;
        return bytes;
    }
}
