using LusPipeline.Core.Messages;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Pipeline.Intake;

/// <summary>
/// Puts what a watched bucket holds into the ledger of workers: new videos, and rejected ones whose limit was raised. Everything else
/// that is known stays as it is, whatever bundle is configured now: a replay is a user's decision.
/// </summary>
/// <param name="quiet">Time without anything new after which a study may complete.</param>
public sealed class VideoArrivals(Func<LedgerContext> open, TimeProvider clock, WorkLease lease, TimeSpan quiet)
{
    /// <summary>Registers one part of a listing in one transaction and in a few statements, however many videos it has.</summary>
    /// <returns>The messages to publish.</returns>
    public async Task<IReadOnlyList<VideoFound>> RegisterAsync(
        IReadOnlyCollection<SeenVideo> seen, VideoTarget target, VideoLimits limits, CancellationToken cancellation)
    {
        var distinct = seen.DistinctBy(video => video.VideoId).ToList();
        await using var ledger = open();
        var rows = await VideoRegister.RowsAsync(ledger, [.. distinct.Select(video => video.VideoId)], cancellation).ConfigureAwait(false);
        var added = await WantedAsync(ledger, distinct.Where(video => !rows.ContainsKey(video.VideoId)).ToList(), cancellation).ConfigureAwait(false);
        var back = rows.Values.Where(row => row.Superseded).Select(row => row.VideoId).ToList();
        var again = rows.Values.Where(row => VideoRegister.IsEligibleAgain(row, limits)).ToList();
        if (added.Count == 0 && back.Count == 0 && again.Count == 0)
            return [];

        await using var transaction = await ledger.Database.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        using var registration = new Registration(ledger, clock.GetUtcNow().UtcDateTime, lease);
        var studies = await registration.AddAsync(added, target, cancellation).ConfigureAwait(false);
        if (back.Count > 0)
        {
            await ledger.Videos.Where(video => back.Contains(video.VideoId))
                .ExecuteUpdateAsync(set => set.SetProperty(video => video.Superseded, false), cancellation).ConfigureAwait(false);
            foreach (var row in rows.Values.Where(row => row.Superseded))
                registration.Reopen(row.StudyId);
        }
        var present = added.Concat(distinct.Where(video => back.Contains(video.VideoId))).ToList();
        await Supersession.ApplyAsync(ledger, present, present.Select(video => video.VideoId).ToHashSet(), cancellation).ConfigureAwait(false);
        var messages = new List<VideoFound>();
        var wanted = again.Count == 0 ? [] : await UrgencyAsync(ledger, again, cancellation).ConfigureAwait(false);
        foreach (var row in again.Where(row => wanted.ContainsKey(row.StudyId)))
        {
            var generation = await registration.RetargetAsync(row, row.Tag, target, cancellation).ConfigureAwait(false);
            messages.Add(Found(row.VideoId, row.StudyDay, generation, wanted[row.StudyId]));
        }
        var cancelled = await registration.SaveReopenedAsync(quiet, cancellation).ConfigureAwait(false);
        await registration.CommitAsync(transaction, cancellation).ConfigureAwait(false);
        messages.AddRange(added.Where(video => video.Rejection is null && !cancelled.Contains(video.StudyId))
            .Select(video => Found(video.VideoId, studies[video.StudyId].StudyDay, 0, studies[video.StudyId].Urgent)));
        return messages;
    }

    /// <summary>Those that no user had deleted for good.</summary>
    private static async Task<List<SeenVideo>> WantedAsync(LedgerContext ledger, List<SeenVideo> unknown, CancellationToken cancellation)
    {
        if (unknown.Count == 0)
            return unknown;
        var ids = unknown.ConvertAll(video => video.VideoId);
        var keptOut = await ledger.KeptOutVideos.Where(video => ids.Contains(video.VideoId)).Select(video => video.VideoId)
            .ToHashSetAsync(cancellation).ConfigureAwait(false);
        return keptOut.Count == 0 ? unknown : unknown.FindAll(video => !keptOut.Contains(video.VideoId));
    }

    /// <summary>Which of these rows' studies are urgent; cancelled ones are left out.</summary>
    private static async Task<Dictionary<Guid, bool>> UrgencyAsync(LedgerContext ledger, List<VideoRow> rows, CancellationToken cancellation)
    {
        var studies = rows.Select(row => row.StudyId).Distinct().ToList();
        return await ledger.Studies.Where(study => studies.Contains(study.StudyId) && study.Status != WorkStatus.Cancelled)
            .ToDictionaryAsync(study => study.StudyId, study => study.Urgent, cancellation).ConfigureAwait(false);
    }

    private static VideoFound Found(Guid videoId, DateOnly studyDay, int generation, bool urgent) =>
        new(VideoFound.CurrentVersion, videoId, studyDay, generation) { Urgent = urgent };
}
