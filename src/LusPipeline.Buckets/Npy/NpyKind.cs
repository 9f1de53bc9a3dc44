namespace LusPipeline.Buckets.Npy;

/// <summary>What the elements of a numpy file are.</summary>
public enum NpyKind
{
    Boolean,
    Signed,
    Unsigned,
    Float,

    /// <summary>Unicode text of a fixed number of UTF-32 code points, filled up with zeros.</summary>
    Text,
}
