using LusPipeline.Ledger.Audits;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Erasure;

/// <summary>Where the original of a video was when the video was registered.</summary>
/// <param name="Tag">The tag with which the bucket finds exactly this content again.</param>
public readonly record struct Original(string Key, string Tag);

/// <summary>The number of rows of a study that were deleted.</summary>
/// <param name="KeptOut">The number of videos whose hash is kept, so that they are not registered again.</param>
public readonly record struct DeletedRows(int Videos, int Clips, int Predictions, int Spans, int KeptOut);

/// <summary>Reads and deletes all rows of a study.</summary>
public sealed class StudyRows(Func<LedgerContext> open, TimeProvider clock)
{
    /// <summary>Returns the originals of the study's videos.</summary>
    public async Task<IReadOnlyList<Original>> OriginalsAsync(Guid studyId, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Videos.Where(video => video.StudyId == studyId).Select(video => new Original(video.ObjectKey, video.Tag))
            .ToListAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns the ids of the study's clips.</summary>
    public async Task<IReadOnlyList<Guid>> ClipsAsync(Guid studyId, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Clips.Where(clip => clip.Video!.StudyId == studyId).Select(clip => clip.ClipId).ToListAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Whether a study in another bucket has the same name.</summary>
    public async Task<bool> HasNamesakeAsync(StudyRow study, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(study);
        var (id, name) = (study.StudyId, study.Name);
        await using var ledger = open();
        return await ledger.Studies.AnyAsync(other => other.Name == name && other.StudyId != id, cancellation).ConfigureAwait(false);
    }

    /// <summary>Deletes the study's rows of all tables, in one transaction.</summary>
    /// <param name="study">The row of the study.</param>
    /// <param name="keepOut">
    /// Whether to keep the ids of the videos, which are hashes. Watchers then skip originals that are still in the bucket.
    /// </param>
    /// <param name="action">What the audit calls it: <see cref="AuditAction.Delete"/> or <see cref="AuditAction.Prune"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<DeletedRows> DeleteAsync(StudyRow study, bool keepOut, string action, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(study);
        var now = clock.GetUtcNow().UtcDateTime;
        var (id, day) = (study.StudyId, study.StudyDay);
        await using var ledger = open();
        await ledger.Database.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        // Deleted rows are overwritten in the same transaction. The file is rewritten later (SqliteLedger.RewriteAsync).
        if (ledger is SqliteLedgerContext)
            await ledger.Database.ExecuteSqlRawAsync("PRAGMA secure_delete = ON", cancellation).ConfigureAwait(false);
        await using var transaction = await ledger.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        var kept = keepOut
            ? await ledger.Database.ExecuteSqlAsync(
                $"INSERT INTO kept_out_videos (video_id, since) SELECT video_id, {now} FROM videos WHERE study_id = {id} ON CONFLICT DO NOTHING", cancellation).ConfigureAwait(false)
            : 0;
        if (ledger is SqliteLedgerContext)
        {
            // Hashes of contents exist only for files in folders. A ledger of workers has no such rows, and operators have no rights on
            // the table.
            await ledger.ContentHashes.Where(hash => ledger.Videos.Any(video => video.StudyId == id && video.Content == hash.Sha256))
                .ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        }
        var spans = await ledger.Spans.Where(span => span.StudyId == id).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        var predictions = await ledger.Predictions
            .Where(prediction => prediction.StudyDay == day && ledger.Videos.Any(video => video.VideoId == prediction.VideoId && video.StudyId == id))
            .ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        var clips = await ledger.Clips.Where(clip => clip.StudyDay == day && ledger.Videos.Any(video => video.VideoId == clip.VideoId && video.StudyId == id))
            .ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        var videos = await ledger.Videos.Where(video => video.StudyId == id).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        await ledger.Studies.Where(one => one.StudyId == id).ExecuteDeleteAsync(cancellation).ConfigureAwait(false);
        await AuditTrail.AppendAsync(
            ledger, action, id, now,
            new Dictionary<string, long> { ["studies"] = 1, ["videos"] = videos, ["clips"] = clips, ["predictions"] = predictions, ["spans"] = spans },
            cancellation).ConfigureAwait(false);
        await AuditTrail.AppendAsync(
            ledger, AuditAction.KeepOut, id, now, new Dictionary<string, long> { ["videos"] = kept }, cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return new(videos, clips, predictions, spans, kept);
    }
}
