using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Clips;
using LusPipeline.Explaining.Pictures;

namespace LusPipeline.Explaining.Frames;

/// <summary>The frames of one clip, as the model takes them.</summary>
public sealed class ClipPictures
{
    private readonly ReadOnlyMemory<byte> _pixels;
    private readonly ClipCut _cut;
    private readonly int _clip;
    private readonly FrameMask _mask;

    /// <param name="npy">The clip as a numpy file: uint8 RGB [T,H,W,3].</param>
    /// <param name="sha256">Its sha256, lower-case hex.</param>
    /// <param name="diagnosedSha256">sha256 of the frames that were diagnosed; null if it is not known.</param>
    /// <param name="cut">The clip plan applied to the video.</param>
    /// <param name="clip">Position of the clip in its video, from 0.</param>
    /// <param name="mask">The border that is black in pictures.</param>
    /// <exception cref="NpyException">The file is not a clip.</exception>
    internal ClipPictures(ReadOnlyMemory<byte> npy, string sha256, string? diagnosedSha256, ClipCut cut, int clip, FrameMask mask)
    {
        var view = NpyView.Parse(npy, NpyType.For<byte>(), "clip");
        if (view.Header.Shape is not [var frames, var height, var width, 3] || frames != cut.Frames)
            throw new NpyException("clip", $"its shape ({string.Join(", ", view.Header.Shape)}) is not that of {cut.Frames} frames in colour");
        (Count, Height, Width) = ((int)frames, (int)height, (int)width);
        (_pixels, _cut, _clip, _mask) = (view.Bytes, cut, clip, mask);
        Sha256 = sha256;
        Diagnosed = diagnosedSha256 is null ? null : diagnosedSha256 == sha256;
    }

    /// <summary>T, the number of frames.</summary>
    public int Count { get; }

    /// <summary>H, the height of a frame in pixels.</summary>
    public int Height { get; }

    /// <summary>W, the width of a frame in pixels.</summary>
    public int Width { get; }

    /// <summary>sha256 of the frames in numpy format, lower-case hex.</summary>
    public string Sha256 { get; }

    /// <summary>Whether these are, bit by bit, the frames that were diagnosed. Null if the ledger has no sha256 of those.</summary>
    public bool? Diagnosed { get; }

    /// <summary>All frames: uint8 RGB [T,H,W,3].</summary>
    public ReadOnlyMemory<byte> AllPixels => _pixels;

    /// <summary>The number of a frame in the decoded video, from 0.</summary>
    /// <param name="frame">Position in the clip, from 0.</param>
    public int DecodedFrame(int frame) => _cut.FrameAt(_clip, frame);

    /// <summary>A frame's pixels, without a mask: uint8 RGB [H,W,3].</summary>
    /// <param name="frame">Position in the clip, from 0.</param>
    public ReadOnlyMemory<byte> Pixels(int frame)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, Count);
        var size = Height * Width * 3;
        return _pixels.Slice(frame * size, size);
    }

    /// <summary>A frame's pixels as a picture shows them, with the mask: uint8 RGB [H,W,3].</summary>
    /// <param name="frame">Position in the clip, from 0.</param>
    public byte[] Shown(int frame)
    {
        var shown = Pixels(frame).ToArray();
        if (!_mask.IsNone)
            _mask.Paint(shown, Height, Width);
        return shown;
    }

    /// <summary>A frame as a PNG file, with the mask.</summary>
    /// <param name="frame">Position in the clip, from 0.</param>
    public byte[] Png(int frame) => PngImage.OfRgb(Shown(frame), Height, Width);
}
