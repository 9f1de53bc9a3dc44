using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Results;

/// <summary>
/// Reads studies a page at a time, newest first. A page begins behind the last study of the one before, so a page far down costs what the first does.
/// An index finds status and time. Names and results are looked at study by study. Whatever is asked, the time is bounded: a page that is not full by then is cut.
/// </summary>
/// <param name="clock">Measures the time of a page.</param>
public sealed class StudyPages(Func<LedgerContext> open, TimeProvider clock)
{
    /// <summary>The time after which a page is given as far as it came.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The time after which a statement is given up, unless nothing was read before it. What comes much more slowly than what came before is met so.
    /// </summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(150);

    /// <summary>The number of rows that a search reads before it looks at the time: where names decide, and where results do.</summary>
    private const int NamesAtATime = 1000;
    private const int ResultsAtATime = 200;

    private readonly ResultReader _results = new(open);

    /// <param name="after">The place that the page begins behind; null for the first page.</param>
    /// <param name="size">The greatest number of studies of the page, at least 1.</param>
    public async Task<StudyPage> ReadAsync(StudySearch search, StudyPlace? after, int size, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(search);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var pace = new ReadingPace(clock, Patience);
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var found = after is null ? await OfWholeNameAsync(search, size, cancellation).ConfigureAwait(false) : [];
        var place = found.Count == 0 ? after : StudyPlace.Beginning;
        // One more than the page takes says whether there is a next page.
        var most = search.AsksResults ? ResultsAtATime : search.Name is null ? size + 1 : NamesAtATime;
        try
        {
            while (true)
            {
                var rows = await RowsAsync(search, place, most, Token()).ConfigureAwait(false);
                var named = rows.Where(row => search.HasName(row.Name) && row.Name != search.Name).ToList();
                for (var read = 0; read < named.Count;)
                {
                    if (found.Count == size && !search.AsksResults)
                        return new(found, place, false);
                    var portion = named.GetRange(read, Math.Min(pace.Next(), Math.Min(named.Count - read, search.AsksResults ? int.MaxValue : size - found.Count)));
                    foreach (var study in await _results.OfRowsAsync(portion, Token()).ConfigureAwait(false))
                    {
                        if (search.Meets(study))
                        {
                            if (found.Count == size)
                                return new(found, place, false);
                            found.Add(study);
                        }
                        place = new(study.FirstSeenAt, study.StudyId);
                    }
                    read += portion.Count;
                    if (read < named.Count && pace.IsOver)
                        return new(found, place, found.Count < size);
                }
                if (rows.Count < most)
                    return new(found, null, false);
                place = PlaceOf(rows[^1]);
                if (pace.IsOver)
                    return new(found, place, found.Count < size);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && place != after && !cancellation.IsCancellationRequested)
        {
            return new(found, place, found.Count < size);
        }

        CancellationToken Token() => place == after ? cancellation : either.Token;
    }

    /// <summary>Studies whose name is the whole text come on the first page, however old they are: an index finds them.</summary>
    private async Task<List<StudyResult>> OfWholeNameAsync(StudySearch search, int size, CancellationToken cancellation)
    {
        if (search.Name is not { } name)
            return [];
        await using var ledger = open();
        var rows = await Newest(Chosen(ledger.Studies.Where(study => study.Name == name), search)).Take(size).ToListAsync(cancellation).ConfigureAwait(false);
        return [.. (await _results.OfRowsAsync(rows, cancellation).ConfigureAwait(false)).Where(search.Meets)];
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

    private static StudyPlace PlaceOf(StudyRow row) => new(row.FirstSeenAt, row.StudyId);
}
