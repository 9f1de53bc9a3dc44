using System.Buffers.Binary;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Pixels;

/// <summary>Decodes run lengths (PS3.5, annex G): one segment for each byte of each sample, the most significant byte first.</summary>
internal static class RleFrame
{
    private const int HeaderBytes = 64;
    private const int MostSegments = 15;

    /// <summary>Decodes a frame.</summary>
    /// <param name="code">The frame's fragments, joined.</param>
    /// <param name="planes">Receives one plane for each segment, one after another. Its length is a multiple of <paramref name="segments"/>.</param>
    /// <param name="segments">Number of segments: samples of a pixel times bytes of a sample.</param>
    /// <exception cref="RejectedException"><c>undecodable</c>.</exception>
    public static void Decode(ReadOnlySpan<byte> code, Span<byte> planes, int segments)
    {
        if (code.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(code) is not (> 0 and <= MostSegments and var count) || count != segments)
            throw Malformed($"a frame does not have {segments} segments");
        var plane = planes.Length / segments;
        for (var segment = 0; segment < segments; segment++)
        {
            var start = Offset(code, segment);
            var end = segment + 1 < segments ? Offset(code, segment + 1) : (uint)code.Length;
            if (start < HeaderBytes || start > end || end > code.Length)
                throw Malformed("the offsets of its segments are out of order");
            DecodeSegment(code[(int)start..(int)end], planes.Slice(segment * plane, plane));
        }
    }

    private static void DecodeSegment(ReadOnlySpan<byte> code, Span<byte> plane)
    {
        while (!plane.IsEmpty)
        {
            if (code.IsEmpty)
                throw Malformed("a segment ends before its plane is full");
            var control = (sbyte)code[0];
            code = code[1..];
            if (control == sbyte.MinValue)
                continue;
            var length = control >= 0 ? control + 1 : 1 - control;
            if (code.Length < (control >= 0 ? length : 1))
                throw Malformed("a segment ends within a run");
            // A writer may pad the last run of a plane of odd length.
            var kept = Math.Min(length, plane.Length);
            if (control >= 0)
            {
                code[..kept].CopyTo(plane);
                code = code[length..];
            }
            else
            {
                plane[..kept].Fill(code[0]);
                code = code[1..];
            }
            plane = plane[kept..];
        }
    }

    private static uint Offset(ReadOnlySpan<byte> code, int segment) => BinaryPrimitives.ReadUInt32LittleEndian(code[((segment + 1) * 4)..]);

    private static RejectedException Malformed(string what) => new(ReasonCode.Undecodable, $"Its run lengths are malformed: {what}.");
}
