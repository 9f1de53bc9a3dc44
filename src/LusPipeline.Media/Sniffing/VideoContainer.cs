namespace LusPipeline.Media.Sniffing;

/// <summary>A container by its content, and what may read it.</summary>
/// <param name="Name">Our word for it.</param>
/// <param name="Demuxer">ffmpeg's demuxer, forced; null when the content names none and ffmpeg may choose among the allowed.</param>
/// <param name="AllowedDemuxers">The only demuxers that may open the file, divided by commas. No playlist is among them.</param>
public sealed record VideoContainer(string Name, string? Demuxer, string AllowedDemuxers)
{
    public static VideoContainer Mp4 { get; } = Only("mp4", "mov");
    public static VideoContainer Avi { get; } = Only("avi", "avi");
    public static VideoContainer Gif { get; } = Only("gif", "gif");
    public static VideoContainer ProgramStream { get; } = Only("mpeg-ps", "mpeg");
    public static VideoContainer TransportStream { get; } = Only("mpeg-ts", "mpegts");
    public static VideoContainer Mpeg { get; } = Only("mpeg", "mpegvideo");
    public static VideoContainer Mpeg4 { get; } = Only("mpeg-4", "m4v");
    public static VideoContainer Matroska { get; } = Only("matroska", "matroska");
    public static VideoContainer Ogg { get; } = Only("ogg", "ogg");
    public static VideoContainer Asf { get; } = Only("asf", "asf");
    public static VideoContainer Flash { get; } = Only("flv", "flv");
    public static VideoContainer Ivf { get; } = Only("ivf", "ivf");
    public static VideoContainer Mxf { get; } = Only("mxf", "mxf");
    public static VideoContainer Y4m { get; } = Only("yuv4mpeg", "yuv4mpegpipe");

    /// <summary>
    /// Content without a mark of its own (raw H.264 or H.265, streams cut at their start): ffmpeg weighs it, and only these are let in.
    /// </summary>
    public static VideoContainer Unmarked { get; } =
        new("unmarked", null, "mpeg,mpegts,mpegvideo,m4v,h264,hevc,mjpeg,dv,vc1,obu,flv");

    private static VideoContainer Only(string name, string demuxer) => new(name, demuxer, demuxer);
}
