namespace LusPipeline.Media.Dicom;

/// <summary>What the first bytes of a coded frame say.</summary>
/// <param name="Bits">Bits of a sample.</param>
/// <param name="Components">Colours of a pixel.</param>
internal readonly record struct FrameHead(int Width, int Height, int Components, int Bits)
{
    /// <summary>Whether samples have a sign.</summary>
    public bool IsSigned { get; init; }

    /// <summary>Whether an Adobe segment of JPEG says what the components mean.</summary>
    public bool NamesColours { get; init; }
}
