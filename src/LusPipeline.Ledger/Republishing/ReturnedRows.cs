using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Republishing;

/// <summary>A row whose message the broker no longer delivers, because it was delivered too often.</summary>
/// <param name="Live">Whether a living worker owns the row.</param>
public sealed record ReturnedRow<TWork>(TWork Work, bool Live);

/// <summary>Reads rows whose message the broker no longer delivers, and schedules their republication.</summary>
public sealed class ReturnedRows(Func<LedgerContext> open, TimeProvider clock, WorkLease lease)
{
    /// <returns>Null if this generation of the video does not wait for ingest.</returns>
    public async Task<ReturnedRow<VideoWork>?> VideoAsync(Guid videoId, int generation, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await VideoMoves.Waiting(ledger, videoId, generation).Select(VideoMoves.ToStarted).SingleOrDefaultAsync(cancellation).ConfigureAwait(false) is { } row
            ? new(row.Work(), await IsLiveAsync(ledger, row.WorkerId, cancellation).ConfigureAwait(false))
            : null;
    }

    /// <param name="status">The status that the clip's stage waits for.</param>
    /// <returns>Null if this generation of the clip has another status.</returns>
    public async Task<ReturnedRow<ClipWork>?> ClipAsync(DateOnly studyDay, Guid clipId, int generation, string status, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ClipMoves.Waiting(ledger, studyDay, clipId, generation, status).Select(ClipMoves.ToWork).SingleOrDefaultAsync(cancellation).ConfigureAwait(false) is { } work
            ? new(work, await IsLiveAsync(ledger, work.WorkerId, cancellation).ConfigureAwait(false))
            : null;
    }

    /// <summary>Lets the sweeper publish the video again after one lease.</summary>
    public async Task RepublishVideoAsync(Guid videoId, int generation, CancellationToken cancellation)
    {
        var notBefore = clock.GetUtcNow().UtcDateTime + lease.Duration;
        await using var ledger = open();
        await VideoMoves.Waiting(ledger, videoId, generation)
            .ExecuteUpdateAsync(set => set.SetProperty(video => video.Publishes, 0).SetProperty(video => video.NotBefore, notBefore), cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>Lets the sweeper publish the clip again after one lease.</summary>
    public async Task RepublishClipAsync(DateOnly studyDay, Guid clipId, int generation, string status, CancellationToken cancellation)
    {
        var notBefore = clock.GetUtcNow().UtcDateTime + lease.Duration;
        await using var ledger = open();
        await ClipMoves.Waiting(ledger, studyDay, clipId, generation, status)
            .ExecuteUpdateAsync(set => set.SetProperty(clip => clip.Publishes, 0).SetProperty(clip => clip.NotBefore, notBefore), cancellation)
            .ConfigureAwait(false);
    }

    private Task<bool> IsLiveAsync(LedgerContext ledger, Guid? owner, CancellationToken cancellation) =>
        lease.IsOwnedAsync(ledger, owner, clock.GetUtcNow().UtcDateTime, cancellation);
}
