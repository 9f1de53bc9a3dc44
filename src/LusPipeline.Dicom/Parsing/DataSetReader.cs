using System.Buffers.Binary;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Parsing;

/// <summary>The kinds of <see cref="DataSetReader"/>'s tokens.</summary>
internal enum DataSetToken
{
    /// <summary>An element. Its value is skipped unless it is read or entered.</summary>
    Element,

    /// <summary>The start of a sequence's item.</summary>
    Item,

    /// <summary>The end of an item or of a sequence.</summary>
    End,
}

/// <summary>
/// Reads a data set token by token (PS3.5, section 7). Sequences are followed on a stack of their own, without recursion, and only if their length is
/// undefined or the caller enters them. All other values are skipped by their length.
/// </summary>
internal sealed class DataSetReader(ForwardInput input, DataSetForm form)
{
    public const uint UndefinedLength = uint.MaxValue;

    /// <summary>Deepest nesting of sequences and their items. Structured reports have some ten levels.</summary>
    private const int MostDepth = 64;

    /// <summary>Most tokens. A file with the functional groups of 20,000 frames has fewer.</summary>
    private const int MostTokens = 4_000_000;

    private readonly Stack<Scope> _scopes = new();
    private long _unread;
    private int _tokens;

    public DataSetToken Kind { get; private set; }

    /// <summary>The element's tag.</summary>
    public uint Tag { get; private set; }

    /// <summary>The element's value representation; 0 if the data set does not name it.</summary>
    public ushort Vr { get; private set; }

    /// <summary>Length of the element's value in bytes, or <see cref="UndefinedLength"/>.</summary>
    public uint Length { get; private set; }

    /// <summary>How deep the token stands: 0 in the data set itself, 1 in a sequence, 2 in its item.</summary>
    public int Depth => _scopes.Count;

    public DataSetForm Form => form;

    /// <summary>Moves to the next token.</summary>
    /// <returns>False at the end of the data set.</returns>
    /// <exception cref="RejectedException"><c>truncated</c> or <c>undecodable</c>.</exception>
    public bool Read()
    {
        if (_unread > 0)
            input.Skip(_unread);
        _unread = 0;
        if (++_tokens > MostTokens)
            throw DicomFault.Malformed($"it has more than {MostTokens} elements");
        if (_scopes.TryPeek(out var scope))
        {
            if (scope.End is { } end && input.Position >= end)
            {
                if (input.Position > end)
                    throw DicomFault.Malformed("a sequence is longer than its length says");
                return Leave();
            }
            return scope.IsSequence ? ReadItem() : ReadElement(scope.Form);
        }
        return !input.Peek(1).IsEmpty && ReadElement(form);
    }

    /// <summary>Enters the element as a sequence, whose items follow.</summary>
    public void Enter()
    {
        if (_unread == 0)
            return;
        var length = _unread;
        _unread = 0;
        Push(new(IsSequence: true, input.Position + length, _scopes.TryPeek(out var scope) ? scope.Form : form));
    }

    /// <summary>Reads the element's value.</summary>
    /// <param name="most">The longest value that is allowed, in bytes.</param>
    /// <exception cref="RejectedException">It is longer (<c>undecodable</c>), or the file ends before (<c>truncated</c>).</exception>
    public byte[] Value(int most)
    {
        if (_unread > most)
            throw DicomFault.Malformed($"the value of {DicomTag.Text(Tag)} has {_unread} bytes");
        if (input.Left < _unread)
            throw DicomFault.Ends();
        var value = new byte[_unread];
        input.ReadExactly(value);
        _unread = 0;
        return value;
    }

    private bool ReadItem()
    {
        Span<byte> head = stackalloc byte[8];
        input.ReadExactly(head);
        var (tag, length) = (TagOf(head), NumberOf(head[4..]));
        if (tag == DicomTag.SequenceEnd && _scopes.Peek().End is null)
            return Leave();
        if (tag != DicomTag.Item)
            throw DicomFault.Malformed($"{DicomTag.Text(tag)} stands where an item of a sequence was expected");
        Push(new(IsSequence: false, length == UndefinedLength ? null : input.Position + length, _scopes.Peek().Form));
        Kind = DataSetToken.Item;
        return true;
    }

    private bool ReadElement(DataSetForm written)
    {
        Span<byte> head = stackalloc byte[8];
        input.ReadExactly(head);
        Tag = TagOf(head);
        if (Tag == DicomTag.ItemEnd && _scopes.TryPeek(out var item) && item.End is null)
            return Leave();
        if (Tag >> 16 == 0xFFFE)
            throw DicomFault.Malformed($"{DicomTag.Text(Tag)} stands where an element was expected");
        Vr = written.Explicit ? (ushort)((head[4] << 8) | head[5]) : (ushort)0;
        Length = written.Explicit ? ExplicitLength(head) : NumberOf(head[4..]);
        Kind = DataSetToken.Element;
        if (Length != UndefinedLength)
        {
            if (_scopes.TryPeek(out var around) && around.End is { } end && input.Position + Length > end)
                throw DicomFault.Malformed($"the value of {DicomTag.Text(Tag)} is longer than its item");
            _unread = Length;
        }
        else if (Tag != DicomTag.PixelData || Depth > 0)
        {
            // A sequence of unknown representation is written with implicit ones (PS3.5, section 6.2.2).
            Push(new(IsSequence: true, null, Vr == ValueRepresentation.Unknown ? DataSetForm.ImplicitLittle : written));
        }
        return true;
    }

    private uint ExplicitLength(ReadOnlySpan<byte> head)
    {
        if (head[4] is < (byte)'A' or > (byte)'Z' || head[5] is < (byte)'A' or > (byte)'Z')
            throw DicomFault.Malformed($"{DicomTag.Text(Tag)} has no value representation, although the transfer syntax says that elements have one");
        if (ValueRepresentation.HasShortLength(Vr))
            return form.BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(head[6..]) : BinaryPrimitives.ReadUInt16LittleEndian(head[6..]);
        Span<byte> length = stackalloc byte[4];
        input.ReadExactly(length);
        return NumberOf(length);
    }

    private void Push(Scope scope)
    {
        if (_scopes.Count == MostDepth)
            throw DicomFault.Malformed($"its sequences are nested deeper than {MostDepth / 2} levels");
        if (_scopes.TryPeek(out var around) && around.End is { } end && scope.End > end)
            throw DicomFault.Malformed("a sequence is longer than what it stands in");
        _scopes.Push(scope);
    }

    private bool Leave()
    {
        _scopes.Pop();
        Kind = DataSetToken.End;
        return true;
    }

    private uint TagOf(ReadOnlySpan<byte> head) => form.BigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(head)
        : ((uint)BinaryPrimitives.ReadUInt16LittleEndian(head) << 16) | BinaryPrimitives.ReadUInt16LittleEndian(head[2..]);

    private uint NumberOf(ReadOnlySpan<byte> bytes) =>
        form.BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    /// <param name="End">Position behind its last byte; null if a delimiter ends it.</param>
    private readonly record struct Scope(bool IsSequence, long? End, DataSetForm Form);
}
