namespace LusPipeline.Core.Messages;

/// <summary>Public event: a study is complete, and none of its videos has a result. It is sent at least once for each revision.</summary>
/// <param name="Version">The contract's version. Fields may be added, but existing ones do not change.</param>
/// <param name="StudyDay">UTC date on which the study was first seen.</param>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Study">The study's name as its uploader gave it. It may contain a patient's name.</param>
/// <param name="Revision">How many times the study was completed.</param>
/// <param name="Reasons">The number of videos with each reason code.</param>
/// <param name="ResultsKey">Key of the object in the bucket that holds the whole result as JSON.</param>
/// <param name="TraceId">Id of the study's trace, 32 hex digits.</param>
/// <param name="CompletedAt">When the study was completed, UTC.</param>
public sealed record StudyFailed(
    int Version, Guid StudyId, DateOnly StudyDay, string Bucket, string Study, int Revision, IReadOnlyDictionary<string, int> Reasons,
    string ResultsKey, string TraceId, DateTime CompletedAt)
{
    public const int CurrentVersion = 1;
    public const string RoutingKey = "study.failed";
}
