using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;

namespace LusPipeline.Pipeline.Replays;

/// <summary>A video that is to be done again, as it stands now.</summary>
/// <param name="FromFeatures">Its clips' features serve the target too, so that only the head runs.</param>
public sealed record PlannedReplay(VideoRow Video, VideoTarget Target, bool FromFeatures);
