using LusPipeline.Media.Ffmpeg;

namespace LusPipeline.Media.Cutting;

/// <summary>The result of one run of ffmpeg.</summary>
/// <param name="Decoded">Number of frames that the decoder gave.</param>
/// <param name="Output">Number of frames that were written to the output.</param>
/// <param name="Graphs">
/// How often ffmpeg configured its filters. More than once means that the frames changed format midway; ffmpeg then numbers frames anew.
/// </param>
/// <param name="Stream">The decoded stream; null if ffmpeg's log does not describe it.</param>
internal readonly record struct DecodeRun(long Decoded, long Output, int Graphs, DecodedStream? Stream, MediaLog Log);
