using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Dicom.Parsing;

/// <summary>
/// Reads what stands before the data set: preamble, prefix and File Meta Information (PS3.10, section 7.1). Files of old devices lack the preamble, or
/// all of it.
/// </summary>
internal static class DicomPrologue
{
    private const int PreambleBytes = 128;
    private const int MostUidBytes = 256;

    /// <summary>Whether a file is DICOM: by its prefix, or because it begins like File Meta Information or a data set.</summary>
    /// <param name="head">The first bytes of the file.</param>
    public static bool IsDicom(ReadOnlySpan<byte> head) => HasPrefix(head) || BareForm(head) is not null;

    /// <summary>Reads up to the data set.</summary>
    /// <param name="file">A file at its start that can seek.</param>
    /// <returns>The transfer syntax, and the data set as it is written after any deflation.</returns>
    /// <exception cref="RejectedException"><c>not_a_video</c>, <c>truncated</c> or <c>undecodable</c>.</exception>
    public static (TransferSyntax Syntax, ForwardInput DataSet) Read(Stream file)
    {
        var input = new ForwardInput(file);
        if (HasPrefix(input.Peek(PreambleBytes + 4)))
            input.Skip(PreambleBytes + 4);
        else if (BareForm(input.Peek(16)) is null)
            throw new RejectedException(ReasonCode.NotAVideo, "The content is not DICOM.");
        var uid = ReadMeta(input);
        if (uid is null)
        {
            var bare = BareForm(input.Peek(16)) ?? throw DicomFault.Malformed("no data set follows its File Meta Information");
            return (bare switch
            {
                { BigEndian: true } => TransferSyntax.ExplicitBig,
                { Explicit: true } => TransferSyntax.ExplicitLittle,
                _ => TransferSyntax.ImplicitLittle,
            }, input);
        }
        var syntax = TransferSyntax.For(uid);
        if (!syntax.IsDeflated)
        {
            EnsureForm(syntax, input.Peek(16));
            return (syntax, input);
        }
        file.Position = input.Position;
        return (syntax, new ForwardInput(new DeflateStream(file, CompressionMode.Decompress, leaveOpen: true)));
    }

    /// <summary>Reads group 2, which is always written with explicit value representations and little end first.</summary>
    /// <returns>The UID of the transfer syntax; null if there is no File Meta Information.</returns>
    private static string? ReadMeta(ForwardInput input)
    {
        string? uid = null;
        Span<byte> head = stackalloc byte[8];
        Span<byte> longer = stackalloc byte[4];
        Span<byte> value = stackalloc byte[MostUidBytes];
        while (input.Peek(6) is [0x02, 0x00, ..] next)
        {
            if (next.Length < 6)
                throw DicomFault.Ends();
            input.ReadExactly(head);
            var vr = (ushort)((head[4] << 8) | head[5]);
            uint length = BinaryPrimitives.ReadUInt16LittleEndian(head[6..]);
            if (!ValueRepresentation.IsKnown(vr))
                throw DicomFault.Malformed("its File Meta Information is not written with explicit value representations");
            if (!ValueRepresentation.HasShortLength(vr))
            {
                input.ReadExactly(longer);
                length = BinaryPrimitives.ReadUInt32LittleEndian(longer);
            }
            if (BinaryPrimitives.ReadUInt16LittleEndian(head[2..]) != (DicomTag.TransferSyntaxUid & 0xFFFF))
            {
                input.Skip(length);
                continue;
            }
            if (length > MostUidBytes)
                throw DicomFault.Malformed("its transfer syntax is no UID");
            input.ReadExactly(value[..(int)length]);
            uid = Encoding.ASCII.GetString(value[..(int)length]).Trim('\0', ' ');
        }
        return uid;
    }

    /// <summary>A data set that is written otherwise than its transfer syntax says would be read as nonsense.</summary>
    private static void EnsureForm(TransferSyntax syntax, ReadOnlySpan<byte> head)
    {
        if (BareForm(head) is { } form && form != syntax.Form)
        {
            throw DicomFault.Malformed(
                $"its transfer syntax is {syntax.Uid} ({syntax.Name}), but its data set is written {(form.Explicit ? "with" : "without")} value representations, "
                + (form.BigEndian ? "most significant byte first" : "least significant byte first"));
        }
    }

    public static bool HasPrefix(ReadOnlySpan<byte> head) => head.Length >= PreambleBytes + 4 && head.Slice(PreambleBytes, 4).SequenceEqual("DICM"u8);

    /// <summary>
    /// How elements are written, by their first one: it is of group 2 or 8, and its value is short. Null for other content.
    /// </summary>
    private static DataSetForm? BareForm(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12)
            return null;
        var big = head[0] == 0 && head[1] is 0x02 or 0x08;
        var (group, element) = big
            ? (BinaryPrimitives.ReadUInt16BigEndian(head), BinaryPrimitives.ReadUInt16BigEndian(head[2..]))
            : (BinaryPrimitives.ReadUInt16LittleEndian(head), BinaryPrimitives.ReadUInt16LittleEndian(head[2..]));
        if (group is not (0x0002 or 0x0008) || element > 0x0070)
            return null;
        if (ValueRepresentation.IsKnown((ushort)((head[4] << 8) | head[5])))
            return new(Explicit: true, big);
        // An implicit length. Nothing is written so with the most significant byte first. Element 0 is the length of its group, a number of 4 bytes.
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        return !big && (element == 0 ? length == 4 : length <= 4096 && length % 2 == 0) ? DataSetForm.ImplicitLittle : null;
    }
}
