using LusPipeline.Explaining.Pictures;

namespace LusPipeline.Explaining.Regions;

/// <summary>
/// Grad-CAM of one layer for the frames of a clip (Selvaraju and others, 2017): where in a frame the layer's pictures speak for the class. Values are in [0, 1] of
/// the frame's greatest; <see cref="Strength"/> says how great that is beside the other frames'. Two clips cannot be compared.
/// </summary>
public sealed class RegionMaps
{
    private readonly float[] _values;
    private readonly float[] _strengths;
    private readonly int _frameHeight;
    private readonly int _frameWidth;

    /// <param name="values">[T, Height, Width].</param>
    /// <param name="strengths">[T].</param>
    internal RegionMaps(string layer, int height, int width, float[] values, float[] strengths, int frameHeight, int frameWidth)
    {
        (Layer, Height, Width, _values, _strengths) = (layer, height, width, values, strengths);
        (_frameHeight, _frameWidth) = (frameHeight, frameWidth);
    }

    /// <summary>The layer's name in the bundle's manifest.</summary>
    public string Layer { get; }

    /// <summary>The number of cells from top to bottom.</summary>
    public int Height { get; }

    /// <summary>The number of cells from left to right.</summary>
    public int Width { get; }

    /// <summary>A cell's value.</summary>
    public float At(int frame, int row, int column) => Cells(frame)[(row * Width) + column];

    /// <summary>A frame's cells, row by row.</summary>
    public ReadOnlySpan<float> Cells(int frame) => _values.AsSpan(frame * Height * Width, Height * Width);

    /// <summary>
    /// The greatest value of a frame beside that of the clip, in [0, 1]. A head that ends with the last state of a recurrent layer forgets, so its last frames are
    /// mostly the strongest.
    /// </summary>
    public float Strength(int frame) => _strengths[frame];

    /// <summary>A frame's map as a PNG file of the frame's size, between the cells bilinear, transparent where nothing speaks for the class.</summary>
    public byte[] HeatPng(int frame) => PngImage.OfPalette(HeatColours.Levels(Cells(frame), Height, Width, _frameHeight, _frameWidth), _frameHeight, _frameWidth, HeatColours.Palette);

    /// <summary>A frame's map laid over its picture, as a PNG file.</summary>
    /// <param name="frame">Position in the clip, from 0.</param>
    /// <param name="picture">uint8 RGB [H,W,3] of the frame.</param>
    public byte[] OverlayPng(int frame, ReadOnlySpan<byte> picture) => PngImage.OfRgb(
        HeatColours.Over(picture, HeatColours.Levels(Cells(frame), Height, Width, _frameHeight, _frameWidth)), _frameHeight, _frameWidth);
}
