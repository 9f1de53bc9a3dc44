using System.Text.Json;
using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Audits;

/// <summary>
/// Records moves of people in the table <c>audit</c>. Rows can be added and neither changed nor deleted. They hold ids and counts, and no
/// names of studies or videos.
/// </summary>
public static class AuditTrail
{
    private const int LongestPerson = 200;

    /// <summary>The account that this process runs as, and its machine: <c>name@machine</c>, or <c>uid 10001@machine</c> if the machine has no name for it.</summary>
    public static string Person { get; } = PlainText.Clean($"{AccountName.Of(() => Environment.UserName)}@{Environment.MachineName}", LongestPerson);

    /// <summary>Records a move. Call it in the transaction that makes the move.</summary>
    /// <param name="action">One of <see cref="AuditAction"/>.</param>
    /// <param name="studyId">The study that the move is about; null if it is about several.</param>
    /// <param name="now">The ledger's time, UTC. PostgreSQL takes its own.</param>
    /// <param name="counts">What was moved, and how many. If all counts are 0, nothing is recorded.</param>
    public static async Task AppendAsync(
        LedgerContext ledger, string action, Guid? studyId, DateTime now, IReadOnlyDictionary<string, long> counts, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Values.All(count => count == 0))
            return;
        var (person, numbers) = (Person, JsonSerializer.Serialize(counts));
        // PostgreSQL fills in the time and its user by itself, and nobody has the right to give others.
        await (ledger is SqliteLedgerContext
            ? ledger.Database.ExecuteSqlAsync(
                $"INSERT INTO audit (recorded_at, person, action, study_id, counts) VALUES ({now}, {person}, {action}, {studyId}, {numbers})", cancellation)
            : ledger.Database.ExecuteSqlAsync(
                $"INSERT INTO audit (person, action, study_id, counts) VALUES ({person}, {action}, {studyId}, {numbers})", cancellation)).ConfigureAwait(false);
    }
}
