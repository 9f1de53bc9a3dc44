using LusPipeline.Cli.Output;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Cli.Ledgers;

/// <summary>The studies that a command line names.</summary>
internal static class NamedStudies
{
    /// <summary>All studies with these names, by name; one name may be in several buckets.</summary>
    /// <exception cref="InvalidDataException">The ledger does not have one of them.</exception>
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
