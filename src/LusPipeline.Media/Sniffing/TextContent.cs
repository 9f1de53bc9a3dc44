using System.Text;

namespace LusPipeline.Media.Sniffing;

/// <summary>Recognises text files. Playlists make ffmpeg read other files and the network, so they are distinguished from plain text.</summary>
internal static class TextContent
{
    /// <summary>First lines of playlists: m3u and HLS, ffmpeg's concatenation lists, pls, ASX, SDP, and players' reference and edit lists.</summary>
    private static readonly string[] Beginnings =
    [
        "#EXTM3U", "ffconcat version", "[playlist]", "[Reference]", "<asx", "v=0\n", "v=0\r", "SMIL", "rtsptext", "RTSPtext", "# mpv EDL",
    ];

    /// <summary>Elements that identify XML as a playlist: DASH, IMF, SMIL, XSPF, Smooth Streaming.</summary>
    private static readonly string[] Elements =
        ["<MPD", "<CompositionPlaylist", "<smil", "<playlist", "<SmoothStreamingMedia", "<asx"];

    /// <returns>Whether the first bytes are text in a common encoding.</returns>
    public static bool IsText(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return true;
        foreach (var value in head)
        {
            if (value < 0x20 && value is not (0x09 or 0x0A or 0x0C or 0x0D or 0x1B))
                return false;
        }
        return true;
    }

    public static bool IsPlaylist(ReadOnlySpan<byte> head)
    {
        var text = Decode(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (Beginnings.Any(beginning => text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase)))
            return true;
        if (text.StartsWith('<'))
            return Elements.Any(element => text.Contains(element, StringComparison.OrdinalIgnoreCase));
        return IsConcatList(text);
    }

    /// <summary>A concatenation list may lack its first line. It then consists of lines of the form <c>file NAME</c>.</summary>
    private static bool IsConcatList(string text)
    {
        foreach (var line in text.EnumerateLines())
        {
            var trimmed = line.Trim();
            if (trimmed.IsEmpty || trimmed.StartsWith('#'))
                continue;
            return trimmed.StartsWith("file ", StringComparison.Ordinal) && trimmed.Length > 5 && trimmed[5..].TrimStart()[0] is '\'' or '"' or '/' or '.'
                || trimmed.StartsWith("file ", StringComparison.Ordinal) && VideoClaims.Claim(trimmed.ToString());
        }
        return false;
    }

    private static string Decode(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode.GetString(head)
        : head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode.GetString(head)
        : Encoding.Latin1.GetString(head.StartsWith(Encoding.UTF8.Preamble) ? head[3..] : head);
}
