using LusPipeline.Media.Ffmpeg;

namespace LusPipeline.Media.Cutting;

/// <summary>How one run of ffmpeg ended.</summary>
/// <param name="Decoded">Frames that the decoder gave.</param>
/// <param name="Output">Frames that came out.</param>
/// <param name="Graphs">Times that ffmpeg set its filters up: more than once when frames change midway, and then its frame numbers begin anew.</param>
/// <param name="Stream">Null where ffmpeg's log does not tell.</param>
internal readonly record struct DecodeRun(long Decoded, long Output, int Graphs, DecodedStream? Stream, MediaLog Log);
