namespace LusPipeline.Dicom.Pixels;

/// <summary>What the next bits of lossless JPEG say of a difference: how long its code and its own bits are.</summary>
internal readonly struct DifferenceStep
{
    private const byte Never = 255;

    private readonly byte _used;
    private readonly byte _length;
    private readonly short _least;

    /// <param name="length">Bits of the code: 1 to 16.</param>
    /// <param name="size">Bits behind it: 0 to 15.</param>
    public DifferenceStep(int length, int size) => (_used, _length, _least) = ((byte)(length + size), (byte)length, (short)(1 - (1 << size)));

    private DifferenceStep(byte used) => _used = used;

    /// <summary>A code that is longer than what was looked up, an unknown one, or a difference that is not made of bits.</summary>
    public static DifferenceStep Rare => new(Never);

    /// <summary>Bits of code and difference together: more than a window has, if it is <see cref="Rare"/>.</summary>
    public int Used => _used;

    /// <summary>The difference. The upper half of the numbers of some bits are the positive ones (F.2.2.1).</summary>
    /// <param name="bits">Begin with the code.</param>
    public int Of(ulong bits)
    {
        var own = bits << _length;
        return (int)(own >> 1 >> (BitWindow.Size - 1 - _used + _length)) + ((int)((long)~own >> (BitWindow.Size - 1)) & _least);
    }
}
