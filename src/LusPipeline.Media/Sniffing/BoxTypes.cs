namespace LusPipeline.Media.Sniffing;

/// <summary>The box types that are read (ISO/IEC 14496-12; QuickTime File Format).</summary>
internal static class BoxTypes
{
    public static uint DataReferences { get; } = Signatures.Code("dref"u8);
    public static uint EditList { get; } = Signatures.Code("elst"u8);
    public static uint Fragments { get; } = Signatures.Code("mvex"u8);
    public static uint MediaHeader { get; } = Signatures.Code("mdhd"u8);
    public static uint Movie { get; } = Signatures.Code("moov"u8);
    public static uint MovieHeader { get; } = Signatures.Code("mvhd"u8);
    public static uint PresentationOffsets { get; } = Signatures.Code("ctts"u8);
    public static uint ReferenceMovie { get; } = Signatures.Code("rdrf"u8);
    public static uint SampleDescriptions { get; } = Signatures.Code("stsd"u8);
    public static uint Times { get; } = Signatures.Code("stts"u8);
    public static uint Track { get; } = Signatures.Code("trak"u8);
    public static uint VideoHeader { get; } = Signatures.Code("vmhd"u8);
}
