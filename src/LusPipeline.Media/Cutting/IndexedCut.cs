using LusPipeline.Media.Probing;

namespace LusPipeline.Media.Cutting;

/// <summary>What came of cutting a video by its container's index.</summary>
/// <param name="Video">Null where the decoder did not confirm the index.</param>
/// <param name="Decoded">The decoder's count, where it came to one.</param>
public readonly record struct IndexedCut(ReadVideo? Video, long? Decoded);

/// <summary>A video that was read, and whose clips were handed over.</summary>
public sealed record ReadVideo(VideoFacts Facts, CutReport Report);
