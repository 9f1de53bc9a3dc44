using LusPipeline.Cli.Output;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Cli.Ledgers;

/// <summary>Finds the studies that a command line names.</summary>
internal static class NamedStudies
{
    /// <summary>Finds all studies with these names, sorted by name. Several buckets may have a study of the same name.</summary>
    /// <exception cref="InvalidDataException">The ledger has no study of one of the names.</exception>
    public static async Task<IReadOnlyList<StudyRow>> FindAsync(Func<LedgerContext> open, IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        await using var ledger = open();
        var studies = await ledger.Studies.AsNoTracking().Where(study => names.Contains(study.Name))
            .OrderBy(study => study.Name).ThenBy(study => study.Bucket).ToListAsync(cancellation);
        var missing = names.Except(studies.Select(study => study.Name)).ToList();
        return missing.Count == 0 ? studies : throw new InvalidDataException(
            $"The ledger has no study {string.Join(", ", missing.Select(ResultTable.Printable))}. lus studies lists them.");
    }
}
