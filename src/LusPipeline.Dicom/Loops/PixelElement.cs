namespace LusPipeline.Dicom.Loops;

/// <summary>The element of the pixels.</summary>
/// <param name="Length">Its length in bytes; null if it consists of fragments.</param>
/// <param name="IsWords">Whether it is written in words of 16 bits, whose bytes are swapped where the most significant one is first.</param>
public readonly record struct PixelElement(long? Length, bool IsWords);
