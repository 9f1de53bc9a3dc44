namespace LusPipeline.Media.Sniffing;

/// <summary>File names that claim to be videos. A claim only decides between rejected and skipped; the content decides what a file is.</summary>
public static class VideoClaims
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".mp4", ".m4v", ".mov", ".qt", ".avi", ".divx", ".gif", ".mpg", ".mpeg", ".mpe", ".m1v", ".m2v", ".mpv", ".vob", ".ts", ".m2ts",
        ".mts", ".m2t", ".mkv", ".webm", ".ogv", ".ogg", ".ogm", ".wmv", ".asf", ".flv", ".f4v", ".3gp", ".3g2", ".ivf", ".mxf", ".y4m",
        ".mjpg", ".mjpeg", ".dv", ".h264", ".264", ".h265", ".265", ".hevc", ".dcm", ".dicom",
    };

    /// <summary>Whether a name claims DICOM.</summary>
    /// <param name="fileName">A file name or object key. Only its extension is used.</param>
    public static bool ClaimDicom(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        return Path.GetExtension(fileName).ToUpperInvariant() is ".DCM" or ".DICOM";
    }

    /// <param name="fileName">A file name or object key. Only its extension is used.</param>
    public static bool Claim(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        return Extensions.Contains(Path.GetExtension(fileName));
    }
}
