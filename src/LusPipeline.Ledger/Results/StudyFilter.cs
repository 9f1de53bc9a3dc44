using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Rows;

namespace LusPipeline.Ledger.Results;

/// <summary>Which studies are wanted: those that everything given here fits.</summary>
public sealed record StudyFilter
{
    /// <summary>Null for all.</summary>
    public IReadOnlyCollection<string>? Names { get; init; }

    /// <summary>First seen or completed at this time (UTC) or later.</summary>
    public DateTime? Since { get; init; }

    internal bool IsEmpty => this is { Names: null, Since: null };

    internal IQueryable<StudyRow> Apply(IQueryable<StudyRow> studies)
    {
        if (Names is { } names)
            studies = studies.Where(study => names.Contains(study.Name));
        // What is not open was completed after it was first seen, so two small indexes answer.
        if (Since is { } since)
            studies = studies.Where(study => study.CompletedAt >= since || (study.Status == WorkStatus.Open && study.FirstSeenAt >= since));
        return studies;
    }
}
