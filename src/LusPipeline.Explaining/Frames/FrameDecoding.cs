using LusPipeline.Core.Studies;
using LusPipeline.Media;

namespace LusPipeline.Explaining.Frames;

/// <summary>The settings of the decoder. With those of ingest the frames are the same.</summary>
public sealed record FrameDecoding(IngestOptions Ingest, MediaOptions Media, VideoLimits Limits);
