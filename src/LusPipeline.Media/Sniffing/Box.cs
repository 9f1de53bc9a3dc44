namespace LusPipeline.Media.Sniffing;

/// <summary>A box of an mp4 or mov file.</summary>
/// <param name="Type">Its four letters, big endian.</param>
/// <param name="Body">Where its content begins.</param>
/// <param name="End">Where it ends; may lie beyond the file.</param>
internal readonly record struct Box(uint Type, long Body, long End);
