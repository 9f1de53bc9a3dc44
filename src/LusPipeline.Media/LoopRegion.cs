using LusPipeline.Core.Identity;

namespace LusPipeline.Media;

/// <summary>The part of a DICOM loop's frames that the model sees.</summary>
public enum LoopRegion
{
    /// <summary>The largest region of 2D tissue, or the whole frame if the object tells of no regions.</summary>
    Tissue,

    /// <summary>The whole frame.</summary>
    All,
}

public static class LoopRegions
{
    /// <summary>The region that clips of a video show, by the id of its content. Other videos than DICOM loops have no regions.</summary>
    public static LoopRegion OfContent(string content) => LoopContent.IsWholeFrames(content) ? LoopRegion.All : LoopRegion.Tissue;
}
