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
}
