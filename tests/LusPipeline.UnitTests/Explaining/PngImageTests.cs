using System.Buffers.Binary;
using System.IO.Compression;
using LusPipeline.Explaining.Pictures;

namespace LusPipeline.UnitTests.Explaining;

/// <summary>PNG files are taken apart again as the standard says, chunk by chunk.</summary>
public sealed class PngImageTests
{
    [Fact]
    public void A_picture_in_colour_comes_back()
    {
        var pixels = Noise(7 * 5 * 3);

        var png = Png.Read(PngImage.OfRgb(pixels, 7, 5));

        Assert.Equal((5, 7, 2), (png.Width, png.Height, png.ColourType));
        Assert.Equal(pixels, png.Pixels);
    }

    [Fact]
    public void A_grey_picture_is_stored_in_one_channel()
    {
        byte[] grey = Noise(9 * 4);

        var png = Png.Read(PngImage.OfRgb([.. grey.SelectMany(value => new[] { value, value, value })], 9, 4));

        Assert.Equal((4, 9, 0), (png.Width, png.Height, png.ColourType));
        Assert.Equal(grey, png.Pixels);
    }

    [Fact]
    public void A_palette_keeps_colours_and_opacities()
    {
        byte[] indices = [0, 1, 2, 1, 0, 2];

        var png = Png.Read(PngImage.OfPalette(indices, 2, 3, [(1, 2, 3, 0), (4, 5, 6, 128), (7, 8, 9, 255)]));

        Assert.Equal((3, 2, 3), (png.Width, png.Height, png.ColourType));
        Assert.Equal(indices, png.Pixels);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], png.Chunks["PLTE"]);
        Assert.Equal([0, 128, 255], png.Chunks["tRNS"]);
    }

    [Fact]
    public void A_wrong_number_of_bytes_is_refused() => Assert.Throws<ArgumentException>(() => PngImage.OfRgb(new byte[10], 2, 2));

    private static byte[] Noise(int count)
    {
        var bytes = new byte[count];
        new Random(3).NextBytes(bytes);
        return bytes;
    }
}

/// <summary>A PNG file that was read, with its filters undone.</summary>
internal sealed record Png(int Width, int Height, int ColourType, byte[] Pixels, IReadOnlyDictionary<string, byte[]> Chunks)
{
    public static Png Read(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8]);
        var chunks = new Dictionary<string, byte[]>();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            var typed = file.AsSpan(at + 4, length + 4);
            Assert.Equal(Crc(typed), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            chunks.Add(System.Text.Encoding.ASCII.GetString(typed[..4]), typed[4..].ToArray());
            at += length + 12;
        }
        Assert.Contains("IEND", chunks);
        var header = chunks["IHDR"];
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        Assert.Equal(8, header[8]);
        var channels = header[9] == 2 ? 3 : 1;
        using var zlib = new ZLibStream(new MemoryStream(chunks["IDAT"]), CompressionMode.Decompress);
        using var lines = new MemoryStream();
        zlib.CopyTo(lines);
        return new(width, height, header[9], Unfilter(lines.ToArray(), height, width * channels, channels), chunks);
    }

    private static byte[] Unfilter(byte[] lines, int height, int bytes, int channels)
    {
        Assert.Equal(height * (bytes + 1), lines.Length);
        var pixels = new byte[height * bytes];
        for (var row = 0; row < height; row++)
        {
            var line = lines.AsSpan(row * (bytes + 1), bytes + 1);
            for (var at = 0; at < bytes; at++)
                pixels[(row * bytes) + at] = (byte)(line[at + 1] + (line[0] == 1 && at >= channels ? pixels[(row * bytes) + at - channels] : 0));
        }
        return pixels;
    }

    /// <summary>CRC-32 bit by bit, as annex D of the standard has it.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }
}
