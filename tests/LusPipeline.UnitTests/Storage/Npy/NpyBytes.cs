using System.Buffers.Binary;
using System.Text;

namespace LusPipeline.UnitTests.Storage.Npy;

/// <summary>Numpy files made by hand, also those that numpy would not write.</summary>
internal static class NpyBytes
{
    public static byte[] Array(string descr, string shape, ReadOnlySpan<byte> values, bool fortranOrder = false, byte version = 1) =>
        File($"{{'descr': '{descr}', 'fortran_order': {fortranOrder}, 'shape': {shape}, }}\n", values, version);

    public static byte[] File(string header, ReadOnlySpan<byte> values, byte version = 1)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var start = new byte[version == 1 ? 10 : 12];
        new byte[] { 0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', version, 0 }.CopyTo(start, 0);
        if (version == 1)
            BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(8), (ushort)text.Length);
        else
            BinaryPrimitives.WriteInt32LittleEndian(start.AsSpan(8), text.Length);
        return [.. start, .. text, .. values];
    }
}
