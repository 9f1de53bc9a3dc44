using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace LusPipeline.Ingest.Probing;

/// <summary>
/// Reads ffprobe's compact JSON as it comes. A packet is one line, counted and dropped; what is left is a small document.
/// </summary>
internal sealed class ProbeOutput(int packetLimit)
{
    /// <summary>Bytes of the document without its packets; the entries asked for need far less.</summary>
    private const int LongestDocument = 1 << 16;

    private static ReadOnlySpan<byte> PacketStart => "{ \"flags\": \""u8;

    private readonly ArrayBufferWriter<byte> _document = new();

    /// <summary>Packets without the discard flag, so far.</summary>
    public int Packets { get; private set; }

    /// <summary>The packets passed the limit, and reading stopped there.</summary>
    public bool TooManyPackets => Packets > packetLimit;

    /// <returns>False when the limit on packets or on the document stopped the reading.</returns>
    public async Task<bool> ReadAsync(Stream stdout, CancellationToken cancellation)
    {
        var reader = PipeReader.Create(stdout);
        while (true)
        {
            var result = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            var rest = result.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                if (!Take(rest.Slice(0, end)))
                    return false;
                rest = rest.Slice(rest.GetPosition(1, end));
            }
            if (rest.Length > LongestDocument)
                return false;
            if (result.IsCompleted)
                return Take(rest);
            reader.AdvanceTo(rest.Start, rest.End);
        }
    }

    /// <returns>Null when ffprobe ended before it said anything.</returns>
    /// <exception cref="JsonException">No JSON of ffprobe's.</exception>
    public ProbeDocument? Document() =>
        _document.WrittenCount == 0 ? null : JsonSerializer.Deserialize<ProbeDocument>(_document.WrittenSpan);

    private bool Take(in ReadOnlySequence<byte> line)
    {
        if (line.IsEmpty)
            return true;
        if (!line.IsSingleSegment)
            return Take(new ReadOnlySequence<byte>(line.ToArray()));
        var text = line.FirstSpan.TrimStart((byte)' ');
        if (!text.StartsWith(PacketStart))
        {
            _document.Write(text);
            return _document.WrittenCount <= LongestDocument;
        }
        // Flags are K or _, then D (discard) or _.
        var flags = text[PacketStart.Length..];
        if (flags.Length < 2 || flags[1] != (byte)'D')
            Packets++;
        return !TooManyPackets;
    }
}
