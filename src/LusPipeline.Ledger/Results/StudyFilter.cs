using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Rows;

namespace LusPipeline.Ledger.Results;

/// <summary>Selects studies: those that meet every condition given here.</summary>
public sealed record StudyFilter
{
    /// <summary>Names of studies; null for all.</summary>
    public IReadOnlyCollection<string>? Names { get; init; }

    /// <summary>Only studies that were first seen or completed at this time (UTC) or later.</summary>
    public DateTime? Since { get; init; }

    internal bool IsEmpty => this is { Names: null, Since: null };

    internal IQueryable<StudyRow> Apply(IQueryable<StudyRow> studies)
    {
        if (Names is { } names)
            studies = studies.Where(study => names.Contains(study.Name));
        // A study that is not open was completed after it was first seen, so two small indexes answer this.
        if (Since is { } since)
            studies = studies.Where(study => study.CompletedAt >= since || (study.Status == WorkStatus.Open && study.FirstSeenAt >= since));
        return studies;
    }
}
