namespace LusPipeline.Buckets.Npy;

/// <summary>The kinds of elements of a numpy file.</summary>
public enum NpyKind
{
    Boolean,
    Signed,
    Unsigned,
    Float,

    /// <summary>Unicode text of a fixed number of UTF-32 code points, padded with zeros.</summary>
    Text,
}
