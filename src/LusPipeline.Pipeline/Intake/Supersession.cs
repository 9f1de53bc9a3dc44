using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Pipeline.Intake;

/// <summary>A key that holds new content: videos of its older contents leave their study's result.</summary>
internal static class Supersession
{
    /// <param name="ledger">In the caller's transaction, if it has one.</param>
    /// <param name="present">What their keys hold now.</param>
    /// <param name="kept">Videos that stay although their keys are among those.</param>
    /// <param name="cancellation">Ends the call.</param>
    public static async Task ApplyAsync(
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
