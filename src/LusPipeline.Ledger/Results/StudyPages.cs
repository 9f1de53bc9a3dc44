using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Results;

/// <summary>
/// Reads studies a page at a time, newest first. A page begins behind the last study of the one before, so a page far down costs what the first does.
/// An index finds status and time. Names and results are looked at study by study, for a bounded time.
/// </summary>
/// <param name="clock">Measures the time of a search.</param>
public sealed class StudyPages(Func<LedgerContext> open, TimeProvider clock)
{
    /// <summary>The time after which a search stops and gives what it has found.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);

    /// <summary>The number of studies that are read before the time is looked at: rows alone, and with results.</summary>
    private const int RowsAtATime = 1000;
    private const int ResultsAtATime = 50;

    private readonly ResultReader _results = new(open);

    /// <param name="after">The place that the page begins behind; null for the first page.</param>
    /// <param name="size">The greatest number of studies of the page, at least 1.</param>
    public async Task<StudyPage> ReadAsync(StudySearch search, StudyPlace? after, int size, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(search);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (search.Name is not null || search.AsksResults)
            return await SearchAsync(search, after, size, cancellation).ConfigureAwait(false);
        // One more than the page takes says whether there is a next page.
        var rows = await RowsAsync(search, after, size + 1, cancellation).ConfigureAwait(false);
        var shown = rows.Take(size).ToList();
        return new(await ResultsAsync(shown, cancellation).ConfigureAwait(false), rows.Count > size ? PlaceOf(shown[^1]) : null, false);
    }

    private async Task<StudyPage> SearchAsync(StudySearch search, StudyPlace? place, int size, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var found = place is null ? await OfWholeNameAsync(search, size, cancellation).ConfigureAwait(false) : [];
        while (true)
        {
            var rows = await RowsAsync(search, place, RowsAtATime, cancellation).ConfigureAwait(false);
            foreach (var part in rows.Where(row => search.HasName(row.Name) && row.Name != search.Name).Chunk(ResultsAtATime))
            {
                foreach (var study in await ResultsAsync(part, cancellation).ConfigureAwait(false))
                {
                    if (search.Meets(study))
                    {
                        if (found.Count == size)
                            return new(found, place, false);
                        found.Add(study);
                    }
                    place = new(study.FirstSeenAt, study.StudyId);
                }
                if (IsOver())
                    return new(found, place, true);
            }
            if (rows.Count < RowsAtATime)
                return new(found, null, false);
            place = PlaceOf(rows[^1]);
            if (IsOver())
                return new(found, place, true);
        }

        bool IsOver() => clock.GetElapsedTime(started) > Patience;
    }

    /// <summary>Studies whose name is the whole text come on the first page, however old they are: an index finds them.</summary>
    private async Task<List<StudyResult>> OfWholeNameAsync(StudySearch search, int size, CancellationToken cancellation)
    {
        if (search.Name is not { } name)
            return [];
        await using var ledger = open();
        var rows = await Newest(Chosen(ledger.Studies.Where(study => study.Name == name), search)).Take(size).ToListAsync(cancellation).ConfigureAwait(false);
        return [.. (await ResultsAsync(rows, cancellation).ConfigureAwait(false)).Where(search.Meets)];
    }

    private async Task<List<StudyRow>> RowsAsync(StudySearch search, StudyPlace? after, int most, CancellationToken cancellation)
    {
        await using var ledger = open();
        IQueryable<StudyRow> studies = after is null
            ? ledger.Studies
            : ledger.Studies.FromSql($"SELECT * FROM studies WHERE (first_seen_at, study_id) < ({after.FirstSeenAt}, {after.StudyId})");
        return await Newest(Chosen(studies, search)).Take(most).ToListAsync(cancellation).ConfigureAwait(false);
    }

    private static IQueryable<StudyRow> Chosen(IQueryable<StudyRow> studies, StudySearch search)
    {
        if (search.Status is { } status)
            studies = studies.Where(study => study.Status == status);
        if (search.Since is { } since)
            studies = studies.Where(study => study.FirstSeenAt >= since);
        if (search.Until is { } until)
            studies = studies.Where(study => study.FirstSeenAt < until);
        return studies;
    }

    private static IQueryable<StudyRow> Newest(IQueryable<StudyRow> studies) =>
        studies.AsNoTracking().OrderByDescending(study => study.FirstSeenAt).ThenByDescending(study => study.StudyId);

    private async Task<List<StudyResult>> ResultsAsync(IReadOnlyCollection<StudyRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return [];
        var results = (await _results.StudiesAsync([.. rows.Select(row => row.StudyId)], null, cancellation).ConfigureAwait(false)).ToDictionary(study => study.StudyId);
        // A study may have been deleted meanwhile.
        return [.. rows.Where(row => results.ContainsKey(row.StudyId)).Select(row => results[row.StudyId])];
    }

    private static StudyPlace PlaceOf(StudyRow row) => new(row.FirstSeenAt, row.StudyId);
}
