using LusPipeline.Ledger.Results;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Hosting.Run;

/// <summary>The state of all videos under the paths at the end of a run.</summary>
/// <param name="Videos">Finished ones, in the order of completion, and whether an earlier run had finished them.</param>
/// <param name="Studies">Ordered by name.</param>
/// <param name="Unfinished">Videos that an interruption left.</param>
/// <param name="Skipped">Files that are neither videos nor named like videos.</param>
/// <param name="Training">How the model's head was trained; null if its bundle does not say it.</param>
/// <param name="Interrupted">Stopped before everything was finished.</param>
public sealed record RunReport(
    IReadOnlyList<(VideoResult Video, bool Cached)> Videos, IReadOnlyList<StudyResult> Studies, int Unfinished, int Skipped,
    TimeSpan Elapsed, string Home, BundleTraining? Training, bool Interrupted);
