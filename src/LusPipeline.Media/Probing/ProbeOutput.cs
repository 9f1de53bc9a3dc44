using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace LusPipeline.Media.Probing;

/// <summary>
/// Reads ffprobe's JSON as a stream. Packets are counted and dropped; the rest is a small document. A video of a million packets needs no more memory than
/// one of ten.
/// </summary>
internal sealed class ProbeOutput : IDisposable
{
    /// <summary>Most bytes of the document without its packets, and of any one token. The entries that are requested need far less.</summary>
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

    /// <summary>Packets so far that have no discard flag.</summary>
    public int Packets { get; private set; }

    /// <summary>Whether the packets exceeded the limit. Reading stopped there.</summary>
    public bool TooManyPackets => Packets > _packetLimit;

    /// <returns>False if the limit on packets or on the document's size stopped the reading.</returns>
    /// <exception cref="JsonException">The output is not JSON.</exception>
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

    /// <returns>Null if ffprobe ended before it wrote anything.</returns>
    /// <exception cref="JsonException">The output is not JSON of ffprobe.</exception>
    public ProbeDocument? Document() =>
        _document.WrittenCount == 0 ? null : JsonSerializer.Deserialize<ProbeDocument>(_document.WrittenSpan);

    public void Dispose() => _writer.Dispose();

    /// <summary>
    /// Scans the tokens of a part. A document that ends too early is reported by <see cref="Document"/>, because ffprobe's exit code explains it better.
    /// </summary>
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
            // The first character is K or _ (key frame or not), the second D or _ (discard or not).
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
