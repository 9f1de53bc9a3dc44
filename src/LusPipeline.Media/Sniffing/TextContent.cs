using System.Text;

namespace LusPipeline.Media.Sniffing;

/// <summary>Files that are text: playlists make ffmpeg read other files and the network, so they are told from plain text.</summary>
internal static class TextContent
{
    /// <summary>Lines that begin playlists: m3u and HLS, ffmpeg's concatenation lists, pls, ASX, SDP, references and edit lists of players.</summary>
    private static readonly string[] Beginnings =
    [
        "#EXTM3U", "ffconcat version", "[playlist]", "[Reference]", "<asx", "v=0\n", "v=0\r", "SMIL", "rtsptext", "RTSPtext", "# mpv EDL",
    ];

    /// <summary>Elements that make XML a playlist: DASH, IMF, SMIL, XSPF, smooth streaming.</summary>
    private static readonly string[] Elements =
        ["<MPD", "<CompositionPlaylist", "<smil", "<playlist", "<SmoothStreamingMedia", "<asx"];

    /// <returns>Whether the first bytes read as text of any common encoding.</returns>
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

    /// <summary>A concatenation list may lack its first line: then it is lines of <c>file NAME</c>.</summary>
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
