using System.Buffers.Binary;
using System.Text;

namespace LusPipeline.UnitTests.Ingest;

internal static class Mp4Box
{
    /// <summary>A box with its size and type before its content.</summary>
    public static byte[] Of(string type, ReadOnlySpan<byte> body)
    {
        byte[] box = [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(type), .. body];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        return box;
    }
}
