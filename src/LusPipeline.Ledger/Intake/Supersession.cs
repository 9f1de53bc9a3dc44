using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Intake;

/// <summary>Handles keys that hold new content: the videos of older contents are no longer part of their study's result.</summary>
public sealed class Supersession(Func<LedgerContext> open)
{
    /// <summary>Takes the older contents of these keys out of their studies' results.</summary>
    /// <param name="present">The videos that the keys hold now.</param>
    /// <param name="kept">Videos that stay part of the result although their keys are among these.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task ApplyAsync(IReadOnlyCollection<SeenVideo> present, IReadOnlySet<Guid> kept, CancellationToken cancellation)
    {
        await using var ledger = open();
        await ApplyAsync(ledger, present, kept, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc cref="ApplyAsync(IReadOnlyCollection{SeenVideo}, IReadOnlySet{Guid}, CancellationToken)"/>
    internal static async Task ApplyAsync(
        LedgerContext ledger, IReadOnlyCollection<SeenVideo> present, IReadOnlySet<Guid> kept, CancellationToken cancellation)
    {
        var studies = present.Select(video => video.StudyId).Distinct().ToList();
        var keys = present.Select(video => (video.StudyId, video.Key)).ToHashSet();
        var names = present.Select(video => video.Key).Distinct().ToList();
        var known = await ledger.Videos
            .Where(video => studies.Contains(video.StudyId) && names.Contains(video.ObjectKey) && !video.Superseded)
            .Select(video => new { video.VideoId, video.StudyId, video.ObjectKey }).ToListAsync(cancellation).ConfigureAwait(false);
        var old = known.Where(video => !kept.Contains(video.VideoId) && keys.Contains((video.StudyId, video.ObjectKey)))
            .Select(video => video.VideoId).ToList();
        if (old.Count > 0)
        {
            await ledger.Videos.Where(video => old.Contains(video.VideoId))
                .ExecuteUpdateAsync(set => set.SetProperty(video => video.Superseded, true), cancellation).ConfigureAwait(false);
        }
    }
}
