using LusPipeline.Core.Probabilities;

namespace LusPipeline.Core.Messages;

/// <summary>
/// Public event: a study is complete and at least one of its videos has a result. Sent at least once a revision; a study and revision
/// that came before says nothing new.
/// </summary>
/// <param name="Version">The contract's version; fields may be added, none change.</param>
/// <param name="StudyDay">UTC date on which the study was first seen.</param>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Study">The study's name as its uploader gave it: it may be a patient's.</param>
/// <param name="Revision">Times the study was completed: 1, and more after late videos and replays.</param>
/// <param name="Diagnosis">covid, pneumonia or healthy: the most probable class. Research use only.</param>
/// <param name="Probabilities">The mean over the videos.</param>
/// <param name="Spread">Standard deviation of the winning class's probability over the videos; 0 for one.</param>
/// <param name="Uncertain">The highest probability is below the bundle's threshold.</param>
/// <param name="Videos">Videos of the study.</param>
/// <param name="Rejected">Those of them that were no usable videos.</param>
/// <param name="Failed">Those of them that failed by our fault, or were cancelled.</param>
/// <param name="ResultsKey">Object of the bucket with everything in JSON.</param>
/// <param name="TraceId">Of the study's trace, 32 hex digits.</param>
/// <param name="CompletedAt">UTC.</param>
public sealed record StudyCompleted(
    int Version, Guid StudyId, DateOnly StudyDay, string Bucket, string Study, int Revision, string Diagnosis, ClassProbabilities Probabilities,
    double Spread, bool Uncertain, int Videos, int Rejected, int Failed, string ResultsKey, string TraceId, DateTime CompletedAt)
{
    public const int CurrentVersion = 1;
    public const string RoutingKey = "study.completed";
}
