using System.Buffers.Binary;

namespace LusPipeline.Dicom.Pixels;

/// <summary>How a decoder's samples stand in their 8 or 16 bits.</summary>
/// <param name="Bits">Bits of a sample. Where it has 16, they are the most significant ones.</param>
/// <param name="IsOffset">Whether half of the range was added to samples with a sign, so that none is below 0.</param>
public readonly record struct DecodedSamples(int Bits, bool IsOffset)
{
    /// <summary>Puts samples where native pixels have them: at the least significant bits, in two's complement.</summary>
    /// <param name="samples">A frame's.</param>
    /// <param name="allocated">8 or 16 bits for each.</param>
    internal void Align(Span<byte> samples, int allocated)
    {
        var sign = IsOffset ? 1 << (Bits - 1) : 0;
        if (allocated == 8)
        {
            for (var at = 0; sign != 0 && at < samples.Length; at++)
                samples[at] = (byte)Signed(samples[at]);
            return;
        }
        for (var at = 0; at < samples.Length; at += 2)
        {
            var sample = samples[at..];
            BinaryPrimitives.WriteUInt16LittleEndian(sample, (ushort)Signed(BinaryPrimitives.ReadUInt16LittleEndian(sample) >> (16 - Bits)));
        }

        int Signed(int value) => value - sign;
    }
}
