using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Results;

/// <summary>Reads the spans of a study's traces.</summary>
public sealed class SpanReader(Func<LedgerContext> open)
{
    /// <summary>Returns the spans of a study, ordered by start.</summary>
    public async Task<IReadOnlyList<SpanRow>> OfStudyAsync(Guid studyId, CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Spans.AsNoTracking().Where(span => span.StudyId == studyId)
            .OrderBy(span => span.StartedAt).ThenBy(span => span.SpanId).ToListAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns the traces of a study, ordered by start. Of each only the first spans are read whole: a study of 10,000 videos has some 80,000.</summary>
    /// <param name="most">The most spans of a trace.</param>
    public async Task<IReadOnlyList<StudyTrace>> TracesOfStudyAsync(Guid studyId, int most, CancellationToken cancellation)
    {
        await using var ledger = open();
        var spans = ledger.Spans.AsNoTracking().Where(span => span.StudyId == studyId);
        var extents = new Dictionary<string, (DateTime Start, DateTime End, int Count)>();
        await foreach (var span in spans.Select(span => new { span.TraceId, span.StartedAt, span.DurationMicroseconds })
            .AsAsyncEnumerable().WithCancellation(cancellation).ConfigureAwait(false))
        {
            var end = span.StartedAt.AddMicroseconds(span.DurationMicroseconds);
            extents[span.TraceId] = extents.TryGetValue(span.TraceId, out var known)
                ? (span.StartedAt < known.Start ? span.StartedAt : known.Start, end > known.End ? end : known.End, known.Count + 1)
                : (span.StartedAt, end, 1);
        }
        var traces = new List<StudyTrace>();
        foreach (var (traceId, (start, end, count)) in extents.OrderBy(trace => trace.Value.Start).ThenBy(trace => trace.Key, StringComparer.Ordinal))
        {
            var first = await spans.Where(span => span.TraceId == traceId).OrderBy(span => span.StartedAt).ThenBy(span => span.SpanId).Take(most)
                .ToListAsync(cancellation).ConfigureAwait(false);
            // They may have been pruned meanwhile.
            if (first.Count > 0)
                traces.Add(new(traceId, start, end, count, first));
        }
        return traces;
    }
}
