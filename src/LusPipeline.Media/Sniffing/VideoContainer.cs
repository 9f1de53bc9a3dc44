namespace LusPipeline.Media.Sniffing;

/// <summary>A container, identified by its content, and the demuxers and decoders that may read it.</summary>
/// <param name="Name">Our name of the container.</param>
/// <param name="Demuxer">ffmpeg's demuxer, which is forced. Null if the content identifies none; ffmpeg then chooses among the allowed ones.</param>
/// <param name="AllowedDemuxers">The only demuxers that may open the file, separated by commas. No playlist demuxer is among them.</param>
/// <param name="AllowedDecoders">
/// The only decoders that may read a video stream of it, separated by commas. They cover the codecs that cameras, scanners and archives write into this
/// container. Rare codecs are left out, because each is code that a hostile file could reach.
/// </param>
public sealed record VideoContainer(string Name, string? Demuxer, string AllowedDemuxers, string AllowedDecoders)
{
    private const string Av1 = "av1,libdav1d,libaom-av1";
    private const string Microsoft = "msmpeg4,msmpeg4v2,msmpeg4v1,wmv1,wmv2,wmv3,vc1";
    private const string Mpeg2 = "mpeg1video,mpeg2video,mpegvideo";
    private const string Windows = "cinepak,indeo2,indeo3,indeo4,indeo5,msvideo1,msrle,rawvideo,huffyuv,ffvhuff,ffv1,utvideo,lagarith,zlib,mszh,camtasia";

    public static VideoContainer Mp4 { get; } =
        Only("mp4", "mov", $"h264,hevc,mpeg4,mjpeg,mjpegb,{Mpeg2},vp9,{Av1},prores,dvvideo,dnxhd,h263,svq1,svq3,jpeg2000,png,qtrle,cinepak,rpza,smc,8bps,rawvideo");

    public static VideoContainer Avi { get; } = Only("avi", "avi", $"mpeg4,{Microsoft},h264,hevc,mjpeg,{Mpeg2},dvvideo,h263,png,{Windows}");
    public static VideoContainer Gif { get; } = Only("gif", "gif", "gif");
    public static VideoContainer ProgramStream { get; } = Only("mpeg-ps", "mpeg", $"{Mpeg2},mpeg4,h264,hevc");
    public static VideoContainer TransportStream { get; } = Only("mpeg-ts", "mpegts", $"{Mpeg2},mpeg4,h264,hevc");
    public static VideoContainer Mpeg { get; } = Only("mpeg", "mpegvideo", Mpeg2);
    public static VideoContainer Mpeg4 { get; } = Only("mpeg-4", "m4v", "mpeg4");

    public static VideoContainer Matroska { get; } =
        Only("matroska", "matroska", $"h264,hevc,vp8,vp9,{Av1},mpeg4,mjpeg,png,{Mpeg2},{Microsoft},theora,prores,{Windows}");

    public static VideoContainer Ogg { get; } = Only("ogg", "ogg", "theora,vp8");
    public static VideoContainer Asf { get; } = Only("asf", "asf", $"{Microsoft},mss1,mss2,mpeg4,mjpeg,h264");
    public static VideoContainer Flash { get; } = Only("flv", "flv", "flv,vp6,vp6f,h264,mpeg4");
    public static VideoContainer Ivf { get; } = Only("ivf", "ivf", $"vp8,vp9,{Av1}");
    public static VideoContainer Mxf { get; } = Only("mxf", "mxf", $"{Mpeg2},dnxhd,prores,jpeg2000,dvvideo,h264,rawvideo");
    public static VideoContainer Y4m { get; } = Only("yuv4mpeg", "yuv4mpegpipe", "rawvideo,wrapped_avframe");

    /// <summary>The raw frames of a DICOM loop, which are fed.</summary>
    public static VideoContainer DicomPixels { get; } = Only("dicom", "rawvideo", "rawvideo");

    /// <summary>The coded frames of a DICOM loop, which are fed in Matroska.</summary>
    public static VideoContainer DicomFrames { get; } = Only("dicom", "matroska", "mjpeg,jpeg2000");

    /// <summary>
    /// Content without a signature (raw H.264 or H.265, streams cut at their start). ffmpeg identifies it, and only these demuxers are allowed.
    /// </summary>
    public static VideoContainer Unmarked { get; } = new(
        "unmarked", null, "mpeg,mpegts,mpegvideo,m4v,h264,hevc,mjpeg,dv,vc1,obu,flv",
        $"{Mpeg2},mpeg4,h264,hevc,mjpeg,dvvideo,vc1,{Av1},flv,vp6f");

    private static VideoContainer Only(string name, string demuxer, string decoders) => new(name, demuxer, demuxer, decoders);
}
