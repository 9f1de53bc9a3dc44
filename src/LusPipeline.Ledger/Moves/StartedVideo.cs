using LusPipeline.Core.Clips;

namespace LusPipeline.Ledger.Moves;

/// <summary>The columns of a video and of its study that make a <see cref="VideoWork"/>.</summary>
internal sealed record StartedVideo(
    Guid VideoId, Guid StudyId, DateOnly StudyDay, int Generation, string ObjectKey, string Content, string Tag, long Size,
    string PlanKind, int ClipFrames, long WindowTicks, long StrideTicks, string BundleId, string Variant, string TraceParent, int Retries,
    int Starts, Guid? WorkerId, bool Urgent, long Epoch)
{
    public VideoWork Work() => new(
        VideoId, StudyId, StudyDay, Generation, ObjectKey, Content, Tag, Size,
        ClipPlan.From(PlanKind, ClipFrames, TimeSpan.FromTicks(WindowTicks), TimeSpan.FromTicks(StrideTicks)),
        BundleId, Variant, TraceParent, Retries)
    {
        WorkerId = WorkerId,
        Starts = Starts,
        Urgent = Urgent,
        Epoch = Epoch,
    };
}
