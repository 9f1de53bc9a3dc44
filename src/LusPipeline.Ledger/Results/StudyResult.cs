using LusPipeline.Core.Probabilities;

namespace LusPipeline.Ledger.Results;

/// <summary>A study with the mean over its videos' results.</summary>
/// <param name="Status">open, done, failed or cancelled.</param>
/// <param name="Videos">Its videos, ordered by key.</param>
/// <param name="Revision">How many times the study was completed.</param>
public sealed record StudyResult(
    Guid StudyId, DateOnly StudyDay, string Study, string Status, Result? Result, IReadOnlyList<VideoResult> Videos, int Revision,
    string TraceId, DateTime FirstSeenAt, DateTime? CompletedAt)
{
    public int Count(string status) => Videos.Count(video => video.Status == status);
}
