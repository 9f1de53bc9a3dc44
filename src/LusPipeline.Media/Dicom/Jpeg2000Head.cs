using System.Buffers.Binary;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Media.Dicom;

/// <summary>The size segment at the start of a JPEG 2000 code stream (ISO/IEC 15444-1, A.5.1), which may stand in boxes.</summary>
internal static class Jpeg2000Head
{
    private const int SizeAt = 8;
    private const int ComponentsAt = 40;
    private const int ComponentBytes = 3;

    /// <summary>The markers of the code stream's start and of the size segment.</summary>
    private static ReadOnlySpan<byte> Start => [0xFF, 0x4F, 0xFF, 0x51];

    /// <param name="code">The first bytes of an image.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>: no size segment is in them, or its components differ.</exception>
    public static FrameHead Read(ReadOnlySpan<byte> code)
    {
        var start = code.IndexOf(Start);
        var head = code[(start < 0 ? code.Length : start)..];
        if (head.Length < ComponentsAt + 2 || BinaryPrimitives.ReadUInt16BigEndian(head[ComponentsAt..]) is not (> 0 and var count)
            || head.Length < ComponentsAt + 2 + (count * ComponentBytes))
        {
            throw Undecodable("A frame does not begin as its transfer syntax says: it has no JPEG 2000 size segment.");
        }
        var form = head[ComponentsAt + 2];
        for (var component = 0; component < count; component++)
        {
            if (!head.Slice(ComponentsAt + 2 + (component * ComponentBytes), ComponentBytes).SequenceEqual<byte>([form, 1, 1]))
                throw Undecodable("A frame's components differ in bits or in size.");
        }
        return new(Length(head, 0), Length(head, 4), count, (form & 0x7F) + 1) { IsSigned = form >= 0x80 };
    }

    /// <summary>The end of the image less its offset.</summary>
    private static int Length(ReadOnlySpan<byte> head, int axis) =>
        (int)Math.Clamp((long)BinaryPrimitives.ReadUInt32BigEndian(head[(SizeAt + axis)..]) - BinaryPrimitives.ReadUInt32BigEndian(head[(SizeAt + 8 + axis)..]), 0, int.MaxValue);

    private static RejectedException Undecodable(string why) => new(ReasonCode.Undecodable, why);
}
