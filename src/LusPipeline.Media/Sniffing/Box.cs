namespace LusPipeline.Media.Sniffing;

/// <summary>A box of an mp4 or mov file. Offsets are in bytes from the start of the file.</summary>
/// <param name="Type">The type's four letters as a big-endian number.</param>
/// <param name="Body">Offset of the content.</param>
/// <param name="End">Offset of the end. It may lie beyond the end of the file.</param>
internal readonly record struct Box(uint Type, long Body, long End);
