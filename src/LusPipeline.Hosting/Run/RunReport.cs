using LusPipeline.Ledger.Results;

namespace LusPipeline.Hosting.Run;

/// <summary>How everything under the paths stands at the end of a run.</summary>
/// <param name="Videos">Finished ones, in the order of completion, and whether an earlier run had finished them.</param>
/// <param name="Studies">By name.</param>
/// <param name="Unfinished">Videos that an interruption left.</param>
/// <param name="Skipped">Files that are no videos and do not claim to be.</param>
/// <param name="Interrupted">Stopped before everything was finished.</param>
public sealed record RunReport(
    IReadOnlyList<(VideoResult Video, bool Cached)> Videos, IReadOnlyList<StudyResult> Studies, int Unfinished, int Skipped,
    TimeSpan Elapsed, string Home, bool Interrupted);
