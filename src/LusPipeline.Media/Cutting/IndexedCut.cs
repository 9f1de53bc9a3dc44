using LusPipeline.Media.Probing;

namespace LusPipeline.Media.Cutting;

/// <summary>The result of cutting a video by its container's index.</summary>
/// <param name="Video">The video that was read; null if the decoder did not confirm the index.</param>
/// <param name="Decoded">The number of frames that the decoder counted; null if it did not finish.</param>
public readonly record struct IndexedCut(ReadVideo? Video, long? Decoded);

/// <summary>A video that was read and whose clips were handed over.</summary>
public sealed record ReadVideo(VideoFacts Facts, CutReport Report);
