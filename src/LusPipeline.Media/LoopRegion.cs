namespace LusPipeline.Media;

/// <summary>The part of a DICOM loop's frames that the model sees.</summary>
public enum LoopRegion
{
    /// <summary>The largest region of 2D tissue, or the whole frame if the object tells of no regions.</summary>
    Tissue,

    /// <summary>The whole frame.</summary>
    All,
}
