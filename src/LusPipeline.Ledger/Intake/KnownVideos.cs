using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Intake;

/// <summary>A clip that has a prediction.</summary>
/// <param name="Generation">The video's generation that the prediction belongs to.</param>
public readonly record struct PredictedClip(Guid VideoId, int Generation, Guid ClipId);

/// <summary>Reads what the ledger knows about the videos of a listing.</summary>
public sealed class KnownVideos(Func<LedgerContext> open)
{
    /// <summary>Returns the rows of those videos that have one.</summary>
    public async Task<IReadOnlyDictionary<Guid, VideoRow>> RowsAsync(IReadOnlyCollection<Guid> videoIds, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Videos.AsNoTracking().Where(video => videoIds.Contains(video.VideoId))
            .ToDictionaryAsync(video => video.VideoId, cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns those of the videos that a user deleted for good.</summary>
    public async Task<IReadOnlySet<Guid>> KeptOutAsync(IReadOnlyCollection<Guid> videoIds, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.KeptOutVideos.Where(video => videoIds.Contains(video.VideoId)).Select(video => video.VideoId)
            .ToHashSetAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns which of these studies are urgent. Cancelled studies are left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, bool>> UrgencyAsync(IReadOnlyCollection<Guid> studyIds, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Studies.Where(study => studyIds.Contains(study.StudyId) && study.Status != WorkStatus.Cancelled)
            .ToDictionaryAsync(study => study.StudyId, study => study.Urgent, cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns the clips of these videos that the target's bundle and variant have predicted, in all generations.</summary>
    public async Task<IReadOnlyList<PredictedClip>> PredictedClipsAsync(
        IReadOnlyCollection<Guid> videoIds, VideoTarget target, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(target);
        await using var ledger = open();
        return await ledger.Predictions.AsNoTracking()
            .Where(prediction => videoIds.Contains(prediction.VideoId) && prediction.BundleId == target.BundleId && prediction.Variant == target.Variant)
            .Select(prediction => new PredictedClip(prediction.VideoId, prediction.Generation, prediction.ClipId))
            .ToListAsync(cancellation).ConfigureAwait(false);
    }
}
