using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;

namespace LusPipeline.Pipeline.Replays;

/// <summary>A video to replay, with its row as it is now.</summary>
/// <param name="FromFeatures">Whether the target can use the features of its clips, so that only the head runs.</param>
public sealed record PlannedReplay(VideoRow Video, VideoTarget Target, bool FromFeatures);
