namespace LusPipeline.Core.Messages;

/// <summary>Public event: a study is complete and none of its videos has a result. Sent at least once a revision.</summary>
/// <param name="Version">The contract's version; fields may be added, none change.</param>
/// <param name="StudyDay">UTC date on which the study was first seen.</param>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Study">The study's name as its uploader gave it: it may be a patient's.</param>
/// <param name="Revision">Times the study was completed.</param>
/// <param name="Reasons">How many videos have which reason code.</param>
/// <param name="ResultsKey">Object of the bucket with everything in JSON.</param>
/// <param name="TraceId">Of the study's trace, 32 hex digits.</param>
/// <param name="CompletedAt">UTC.</param>
public sealed record StudyFailed(
    int Version, Guid StudyId, DateOnly StudyDay, string Bucket, string Study, int Revision, IReadOnlyDictionary<string, int> Reasons,
    string ResultsKey, string TraceId, DateTime CompletedAt)
{
    public const int CurrentVersion = 1;
    public const string RoutingKey = "study.failed";
}
