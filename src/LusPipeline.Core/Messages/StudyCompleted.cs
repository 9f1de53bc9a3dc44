using LusPipeline.Core.Probabilities;

namespace LusPipeline.Core.Messages;

/// <summary>
/// Public event: a study is complete, and at least one of its videos has a result. It is sent at least once for each revision. Receivers
/// may ignore a study and revision that they have received before.
/// </summary>
/// <param name="Version">The contract's version. Fields may be added, but existing ones do not change.</param>
/// <param name="StudyDay">UTC date on which the study was first seen.</param>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Study">The study's name as its uploader gave it. It may contain a patient's name.</param>
/// <param name="Revision">How many times the study was completed: 1 at first, and more after late videos and replays.</param>
/// <param name="Diagnosis">covid, pneumonia or healthy: the most probable class. Research use only.</param>
/// <param name="Probabilities">The mean of the class probabilities over the videos.</param>
/// <param name="Spread">Standard deviation of the winning class's probability over the videos; 0 for one video.</param>
/// <param name="Uncertain">Whether the highest probability is below the bundle's threshold.</param>
/// <param name="Videos">The number of videos of the study.</param>
/// <param name="Rejected">The number of videos that were rejected because they are not usable.</param>
/// <param name="Failed">The number of videos that the pipeline failed to process, or that were cancelled.</param>
/// <param name="ResultsKey">Key of the object in the bucket that holds the whole result as JSON.</param>
/// <param name="TraceId">Id of the study's trace, 32 hex digits.</param>
/// <param name="CompletedAt">When the study was completed, UTC.</param>
public sealed record StudyCompleted(
    int Version, Guid StudyId, DateOnly StudyDay, string Bucket, string Study, int Revision, string Diagnosis, ClassProbabilities Probabilities,
    double Spread, bool Uncertain, int Videos, int Rejected, int Failed, string ResultsKey, string TraceId, DateTime CompletedAt)
{
    public const int CurrentVersion = 1;
    public const string RoutingKey = "study.completed";
}
