using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace LusPipeline.Explaining.Pictures;

/// <summary>
/// Writes pictures as PNG (ISO/IEC 15948). Lines are filtered by the difference to the left neighbour (filter 1), and one zlib stream holds them all. A palette's
/// lines are not filtered.
/// </summary>
public static class PngImage
{
    private const byte Grey = 0;
    private const byte Rgb = 2;
    private const byte Palette = 3;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A picture in colour. One whose three channels are equal everywhere is stored in grey, which takes a third.</summary>
    /// <param name="pixels">uint8 RGB [H,W,3].</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="width">W in pixels.</param>
    /// <exception cref="ArgumentException">The number of bytes is not H·W·3.</exception>
    public static byte[] OfRgb(ReadOnlySpan<byte> pixels, int height, int width)
    {
        if (pixels.Length != checked(height * width * 3))
            throw new ArgumentException($"{pixels.Length} bytes are not {height}×{width} pixels of three channels.", nameof(pixels));
        if (!IsGrey(pixels))
            return Write(pixels, height, width, Rgb, channels: 3, [], []);
        var grey = new byte[height * width];
        for (var pixel = 0; pixel < grey.Length; pixel++)
            grey[pixel] = pixels[pixel * 3];
        return Write(grey, height, width, Grey, channels: 1, [], []);
    }

    /// <summary>A picture of at most 256 colours, each with its own opacity.</summary>
    /// <param name="indices">The number of each pixel's colour, [H,W].</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="width">W in pixels.</param>
    /// <param name="colours">Red, green, blue and opacity of each colour, from 0 to 255.</param>
    public static byte[] OfPalette(ReadOnlySpan<byte> indices, int height, int width, IReadOnlyList<(byte R, byte G, byte B, byte Alpha)> colours)
    {
        ArgumentNullException.ThrowIfNull(colours);
        if (indices.Length != checked(height * width))
            throw new ArgumentException($"{indices.Length} bytes are not {height}×{width} pixels.", nameof(indices));
        return Write(
            indices, height, width, Palette, channels: 1, [.. colours.SelectMany(colour => new[] { colour.R, colour.G, colour.B })], [.. colours.Select(colour => colour.Alpha)]);
    }

    private static bool IsGrey(ReadOnlySpan<byte> pixels)
    {
        for (var at = 0; at < pixels.Length; at += 3)
        {
            if (pixels[at] != pixels[at + 1] || pixels[at] != pixels[at + 2])
                return false;
        }
        return true;
    }

    private static byte[] Write(ReadOnlySpan<byte> pixels, int height, int width, byte colourType, int channels, byte[] palette, byte[] opacities)
    {
        using var png = new MemoryStream();
        png.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, colourType);
        header[10..].Clear();
        Chunk(png, "IHDR", header);
        if (palette.Length > 0)
        {
            Chunk(png, "PLTE", palette);
            Chunk(png, "tRNS", opacities);
        }
        using (var data = new MemoryStream())
        {
            using (var zlib = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
                Lines(zlib, pixels, width * channels, channels, filtered: colourType != Palette);
            Chunk(png, "IDAT", data.GetBuffer().AsSpan(0, (int)data.Length));
        }
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static void Lines(ZLibStream zlib, ReadOnlySpan<byte> pixels, int lineBytes, int channels, bool filtered)
    {
        var line = new byte[lineBytes + 1];
        for (var start = 0; start < pixels.Length; start += lineBytes)
        {
            var values = pixels.Slice(start, lineBytes);
            values.CopyTo(line.AsSpan(1));
            if (filtered)
            {
                line[0] = 1;
                for (var at = channels; at < lineBytes; at++)
                    line[at + 1] = (byte)(values[at] - values[at - channels]);
            }
            zlib.Write(line);
        }
    }

    private static void Chunk(MemoryStream png, string type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        Span<byte> name = stackalloc byte[4];
        Encoding.ASCII.GetBytes(type, name);
        png.Write(name);
        png.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Checksum(name, content));
        png.Write(number);
    }

    /// <summary>CRC-32 of a chunk's type and content.</summary>
    private static uint Checksum(ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        var checksum = new Crc32();
        checksum.Append(name);
        checksum.Append(content);
        return checksum.GetCurrentHashAsUInt32();
    }
}
