using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Parsing;

/// <summary>How the pixels of a transfer syntax are coded.</summary>
public enum PixelCoding
{
    /// <summary>Not coded.</summary>
    Native,

    /// <summary>Not coded, but one frame a fragment.</summary>
    EncapsulatedNative,
    Rle,

    /// <summary>JPEG by DCT: baseline, extended, progressive.</summary>
    Jpeg,
    JpegLossless,
    JpegLs,
    Jpeg2000,
    Mpeg2,
    H264,
    Hevc,

    /// <summary>Known by name, and not read.</summary>
    Unsupported,
}

/// <summary>A transfer syntax of PS3.6, table A-1.</summary>
/// <param name="Name">The standard's name, shortened.</param>
public sealed record TransferSyntax(string Uid, string Name, PixelCoding Coding)
{
    private const string DeflatedUid = "1.2.840.10008.1.2.1.99";

    /// <summary>GE's: a data set without value representations, whose pixels alone have their most significant byte first.</summary>
    private const string GeUid = "1.2.840.113619.5.2";

    private static readonly Dictionary<string, TransferSyntax> Known = new TransferSyntax[]
    {
        new("1.2.840.10008.1.2", "Implicit VR Little Endian", PixelCoding.Native),
        new("1.2.840.10008.1.2.1", "Explicit VR Little Endian", PixelCoding.Native),
        new("1.2.840.10008.1.2.1.98", "Encapsulated Uncompressed Explicit VR Little Endian", PixelCoding.EncapsulatedNative),
        new(DeflatedUid, "Deflated Explicit VR Little Endian", PixelCoding.Native),
        new("1.2.840.10008.1.2.2", "Explicit VR Big Endian", PixelCoding.Native),
        new("1.2.840.10008.1.2.5", "RLE Lossless", PixelCoding.Rle),
        new("1.2.840.10008.1.2.4.50", "JPEG Baseline", PixelCoding.Jpeg),
        new("1.2.840.10008.1.2.4.51", "JPEG Extended", PixelCoding.Jpeg),
        new("1.2.840.10008.1.2.4.53", "JPEG Spectral Selection", PixelCoding.Jpeg),
        new("1.2.840.10008.1.2.4.55", "JPEG Full Progression", PixelCoding.Jpeg),
        new("1.2.840.10008.1.2.4.57", "JPEG Lossless", PixelCoding.JpegLossless),
        new("1.2.840.10008.1.2.4.70", "JPEG Lossless, First-Order Prediction", PixelCoding.JpegLossless),
        new("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", PixelCoding.JpegLs),
        new("1.2.840.10008.1.2.4.81", "JPEG-LS Near-Lossless", PixelCoding.JpegLs),
        new("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless", PixelCoding.Jpeg2000),
        new("1.2.840.10008.1.2.4.91", "JPEG 2000", PixelCoding.Jpeg2000),
        new("1.2.840.10008.1.2.4.100", "MPEG2 Main Profile, Main Level", PixelCoding.Mpeg2),
        new("1.2.840.10008.1.2.4.100.1", "Fragmentable MPEG2 Main Profile, Main Level", PixelCoding.Mpeg2),
        new("1.2.840.10008.1.2.4.101", "MPEG2 Main Profile, High Level", PixelCoding.Mpeg2),
        new("1.2.840.10008.1.2.4.101.1", "Fragmentable MPEG2 Main Profile, High Level", PixelCoding.Mpeg2),
        new("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile", PixelCoding.H264),
        new("1.2.840.10008.1.2.4.102.1", "Fragmentable MPEG-4 AVC/H.264 High Profile", PixelCoding.H264),
        new("1.2.840.10008.1.2.4.103", "MPEG-4 AVC/H.264 BD-compatible High Profile", PixelCoding.H264),
        new("1.2.840.10008.1.2.4.103.1", "Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile", PixelCoding.H264),
        new("1.2.840.10008.1.2.4.104", "MPEG-4 AVC/H.264 High Profile for 2D Video", PixelCoding.H264),
        new("1.2.840.10008.1.2.4.104.1", "Fragmentable MPEG-4 AVC/H.264 High Profile for 2D Video", PixelCoding.H264),
        new("1.2.840.10008.1.2.4.105", "MPEG-4 AVC/H.264 High Profile for 3D Video", PixelCoding.H264),
        new("1.2.840.10008.1.2.4.105.1", "Fragmentable MPEG-4 AVC/H.264 High Profile for 3D Video", PixelCoding.H264),
        new("1.2.840.10008.1.2.4.106", "MPEG-4 AVC/H.264 Stereo High Profile", PixelCoding.H264),
        new("1.2.840.10008.1.2.4.106.1", "Fragmentable MPEG-4 AVC/H.264 Stereo High Profile", PixelCoding.H264),
        new("1.2.840.10008.1.2.4.107", "HEVC/H.265 Main Profile", PixelCoding.Hevc),
        new("1.2.840.10008.1.2.4.108", "HEVC/H.265 Main 10 Profile", PixelCoding.Hevc),
        new("1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Lossless", PixelCoding.Unsupported),
        new("1.2.840.10008.1.2.4.93", "JPEG 2000 Part 2", PixelCoding.Unsupported),
        new("1.2.840.10008.1.2.4.94", "JPIP Referenced", PixelCoding.Unsupported),
        new("1.2.840.10008.1.2.4.95", "JPIP Referenced Deflate", PixelCoding.Unsupported),
        new("1.2.840.10008.1.2.4.110", "JPEG XL Lossless", PixelCoding.Unsupported),
        new("1.2.840.10008.1.2.4.111", "JPEG XL JPEG Recompression", PixelCoding.Unsupported),
        new("1.2.840.10008.1.2.4.112", "JPEG XL", PixelCoding.Unsupported),
        new("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless", PixelCoding.Unsupported),
        new("1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 Lossless, RPCL", PixelCoding.Unsupported),
        new("1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000", PixelCoding.Unsupported),
        new(GeUid, "Implicit VR Big Endian (GE private)", PixelCoding.Unsupported),
    }.ToDictionary(syntax => syntax.Uid);

    internal static TransferSyntax ImplicitLittle => Known["1.2.840.10008.1.2"];

    internal static TransferSyntax ExplicitLittle => Known["1.2.840.10008.1.2.1"];

    internal static TransferSyntax ExplicitBig => Known["1.2.840.10008.1.2.2"];

    internal bool IsDeflated => Uid == DeflatedUid;

    /// <summary>How the data set is written. Nearly every syntax writes explicit value representations, little end first (PS3.5, annex A).</summary>
    internal DataSetForm Form => new(Explicit: Uid != ImplicitLittle.Uid && Uid != GeUid, BigEndian: Uid == ExplicitBig.Uid);

    /// <summary>Whether the pixels stand in fragments.</summary>
    public bool IsEncapsulated => Coding != PixelCoding.Native;

    /// <summary>Whether decoded samples may be others than those that were coded, and lie outside of what was stored.</summary>
    internal bool IsLossy => Coding == PixelCoding.Jpeg || Uid is "1.2.840.10008.1.2.4.81" or "1.2.840.10008.1.2.4.91";

    /// <summary>Whether the fragments are one video stream, not one or more for each frame.</summary>
    public bool IsVideo => Coding is PixelCoding.Mpeg2 or PixelCoding.H264 or PixelCoding.Hevc;

    /// <summary>The rejection of a valid file whose pixels are coded in a way that is not read.</summary>
    /// <param name="with">Which form of the syntax is not read; empty for all of it.</param>
    public RejectedException NotRead(string with = "") => new(ReasonCode.UnsupportedTransferSyntax, $"The transfer syntax {Uid} ({Name}) is not read{with}.");

    /// <summary>The syntax of a UID. One that the standard does not have is <see cref="PixelCoding.Unsupported"/>.</summary>
    internal static TransferSyntax For(string uid) =>
        Known.TryGetValue(uid, out var known) ? known : new(PlainText.Clean(uid, 64), "private or unknown", PixelCoding.Unsupported);
}
