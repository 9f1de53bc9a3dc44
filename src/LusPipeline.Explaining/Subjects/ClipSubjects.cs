using LusPipeline.Core.Clips;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Explaining.Subjects;

/// <summary>Reads from the ledger what is needed to show and to explain a clip.</summary>
public sealed class ClipSubjects(Func<LedgerContext> open)
{
    /// <param name="videoId">The video.</param>
    /// <param name="clipIndex">Position of the clip in its video, from 0.</param>
    /// <exception cref="NotExplainableException">There is no such video or clip, or it has no result.</exception>
    public async Task<ClipSubject> ReadAsync(Guid videoId, int clipIndex, CancellationToken cancellation)
    {
        await using var ledger = open();
        var video = await ledger.Videos.AsNoTracking().SingleOrDefaultAsync(row => row.VideoId == videoId, cancellation).ConfigureAwait(false)
            ?? throw new NotExplainableException("The ledger has no such video.");
        if (video is not { Status: WorkStatus.Done, Frames: >= 2 and var frames })
            throw new NotExplainableException($"The video is {video.Status}{(video.Reason is { } reason ? $" ({reason})" : "")}: only the clips of a finished video have a result to explain.");
        var prediction = await ledger.Predictions.AsNoTracking()
            .FirstOrDefaultAsync(row => row.VideoId == videoId && row.Generation == video.Generation && row.ClipIndex == clipIndex, cancellation).ConfigureAwait(false)
            ?? throw new NotExplainableException($"The video has no clip {clipIndex}; they count from 0.");
        var framesSha256 = await ledger.Clips.AsNoTracking().Where(row => row.StudyDay == prediction.StudyDay && row.ClipId == prediction.ClipId)
            .Select(row => row.FramesSha256).FirstOrDefaultAsync(cancellation).ConfigureAwait(false);
        var plan = ClipPlan.From(video.PlanKind, video.ClipFrames, TimeSpan.FromTicks(video.WindowTicks), TimeSpan.FromTicks(video.StrideTicks));
        return new(
            videoId, prediction.ClipId, video.ObjectKey, video.Content, video.Tag, plan,
            plan.Cut(frames, video.DurationTicks is { } ticks ? TimeSpan.FromTicks(ticks) : null), clipIndex, framesSha256,
            prediction.BundleId, prediction.Variant, video.Generation, new ClassProbabilities(prediction.Covid, prediction.Pneumonia, prediction.Healthy));
    }

    /// <summary>Of these clips, those that the ledger no longer has.</summary>
    public async Task<IReadOnlyList<Guid>> MissingAsync(IReadOnlyCollection<Guid> clips, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(clips);
        var missing = new List<Guid>();
        await using var ledger = open();
        foreach (var chunk in clips.Chunk(500))
        {
            var known = await ledger.Clips.AsNoTracking().Where(row => chunk.Contains(row.ClipId)).Select(row => row.ClipId).ToListAsync(cancellation).ConfigureAwait(false);
            missing.AddRange(chunk.Except(known));
        }
        return missing;
    }
}
