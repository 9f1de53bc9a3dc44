namespace LusPipeline.Core.Identity;

/// <summary>
/// The region of a DICOM loop as a part of its content's id: whole frames are other content than the tissue in them. So a clip's id says which of the two it
/// shows, and a video keeps its region whatever the setting becomes later.
/// </summary>
public static class LoopContent
{
    private const string WholeFrames = "+frame";

    /// <summary>What the id of a loop's content ends with.</summary>
    public static string Suffix(bool wholeFrames) => wholeFrames ? WholeFrames : "";

    /// <summary>The id of the object's content, which the region does not change.</summary>
    public static string OfObject(string content) => IsWholeFrames(content) ? content[..^WholeFrames.Length] : content;

    /// <summary>Whether a content's id is that of a loop whose whole frames are shown.</summary>
    public static bool IsWholeFrames(string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return content.EndsWith(WholeFrames, StringComparison.Ordinal);
    }
}
