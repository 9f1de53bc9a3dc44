namespace LusPipeline.Dicom.Parsing;

/// <summary>Value representations as two letters in one number: the first letter in the high byte.</summary>
internal static class ValueRepresentation
{
    public const ushort Sequence = ('S' << 8) | 'Q';
    public const ushort Unknown = ('U' << 8) | 'N';
    public const ushort OtherWord = ('O' << 8) | 'W';

    /// <summary>Those with a length of 16 bits (PS3.5, table 7.1-2). All others, future ones too, have 32 bits.</summary>
    private static readonly HashSet<ushort> Short = Codes("AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US");

    private static readonly HashSet<ushort> Long = Codes("OB OD OF OL OV OW SQ SV UC UN UR UT UV");

    public static bool HasShortLength(ushort vr) => Short.Contains(vr);

    /// <summary>Whether the standard has it.</summary>
    public static bool IsKnown(ushort vr) => Short.Contains(vr) || Long.Contains(vr);

    private static HashSet<ushort> Codes(string names) => [.. names.Split(' ').Select(name => (ushort)((name[0] << 8) | name[1]))];
}
