namespace LusPipeline.Dicom.Pixels;

/// <summary>A piece of encapsulated pixels.</summary>
/// <param name="Position">Position of its first byte in the data set's stream.</param>
/// <param name="Length">Its length in bytes.</param>
internal readonly record struct Fragment(long Position, long Length);
