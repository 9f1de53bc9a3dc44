using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace LusPipeline.Media.Probing;

/// <summary>
/// Reads ffprobe's JSON as it comes: packets are counted and dropped, the rest is a small document. A video of a million packets
/// costs no more memory than one of ten.
/// </summary>
internal sealed class ProbeOutput : IDisposable
{
    /// <summary>Bytes of the document without its packets, and of any one token; the entries asked for need far less.</summary>
    private const int LongestDocument = 1 << 16;

    private readonly int _packetLimit;
    private readonly ArrayBufferWriter<byte> _document = new();
    private readonly Utf8JsonWriter _writer;
    private JsonReaderState _state;
    private bool _atPackets;
    private bool _inPackets;
    private bool _atFlags;

    public ProbeOutput(int packetLimit)
    {
        _packetLimit = packetLimit;
        _writer = new Utf8JsonWriter(_document, new JsonWriterOptions { SkipValidation = true });
    }

    /// <summary>Packets without the discard flag, so far.</summary>
    public int Packets { get; private set; }

    /// <summary>The packets passed the limit, and reading stopped there.</summary>
    public bool TooManyPackets => Packets > _packetLimit;

    /// <returns>False when the limit on packets or on the document stopped the reading.</returns>
    /// <exception cref="JsonException">No JSON.</exception>
    public async Task<bool> ReadAsync(Stream stdout, CancellationToken cancellation)
    {
        var reader = PipeReader.Create(stdout);
        while (true)
        {
            var result = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            if (result.IsCompleted && result.Buffer.IsEmpty)
                break;
            var consumed = Scan(result.Buffer);
            if (TooManyPackets || _document.WrittenCount > LongestDocument || result.Buffer.Slice(consumed).Length > LongestDocument)
                return false;
            reader.AdvanceTo(consumed, result.Buffer.End);
            if (result.IsCompleted)
                break;
        }
        _writer.Flush();
        return true;
    }

    /// <returns>Null when ffprobe ended before it said anything.</returns>
    /// <exception cref="JsonException">No JSON of ffprobe's.</exception>
    public ProbeDocument? Document() =>
        _document.WrittenCount == 0 ? null : JsonSerializer.Deserialize<ProbeDocument>(_document.WrittenSpan);

    public void Dispose() => _writer.Dispose();

    /// <summary>An end within the document is left to <see cref="Document"/>: how ffprobe ended explains it better.</summary>
    private SequencePosition Scan(in ReadOnlySequence<byte> buffer)
    {
        var reader = new Utf8JsonReader(buffer, isFinalBlock: false, _state);
        while (!TooManyPackets && reader.Read())
        {
            if (_inPackets)
                CountPacket(ref reader);
            else
                Copy(ref reader);
        }
        _writer.Flush();
        _state = reader.CurrentState;
        return reader.Position;
    }

    private void CountPacket(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == 1)
        {
            _inPackets = false;
            _writer.WriteNullValue();
        }
        else if (_atFlags && reader.TokenType == JsonTokenType.String)
        {
            // K or _ for a key frame, then D or _ for discard.
            var flags = reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan;
            if (flags.Length < 2 || flags[1] != (byte)'D')
                Packets++;
        }
        _atFlags = reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 3 && reader.ValueTextEquals("flags"u8);
    }

    private void Copy(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _atPackets = reader.CurrentDepth == 1 && reader.ValueTextEquals("packets"u8);
                _writer.WritePropertyName(reader.GetString()!);
                break;
            case JsonTokenType.StartArray when _atPackets:
                _atPackets = false;
                _inPackets = true;
                break;
            case JsonTokenType.StartArray:
                _writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                _writer.WriteEndArray();
                break;
            case JsonTokenType.StartObject:
                _writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                _writer.WriteEndObject();
                break;
            case JsonTokenType.String:
                _writer.WriteStringValue(reader.GetString());
                break;
            default:
                _writer.WriteRawValue(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan.ToArray());
                break;
        }
    }
}
