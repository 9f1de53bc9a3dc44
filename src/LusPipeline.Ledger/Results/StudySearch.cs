using LusPipeline.Core.Probabilities;

namespace LusPipeline.Ledger.Results;

/// <summary>Selects studies for a page: those that meet every condition given here.</summary>
public sealed record StudySearch
{
    /// <summary>First seen at this time (UTC) or later.</summary>
    public DateTime? Since { get; init; }

    /// <summary>First seen before this time (UTC).</summary>
    public DateTime? Until { get; init; }

    /// <summary>open, done, failed or cancelled.</summary>
    public string? Status { get; init; }

    /// <summary>The study's diagnosis.</summary>
    public Diagnosis? Diagnosis { get; init; }

    /// <summary>Whether the study's result is uncertain.</summary>
    public bool? Uncertain { get; init; }

    /// <summary>A part of <see cref="VideoResult.Model"/>, in upper or lower case: studies with such a video.</summary>
    public string? Model { get; init; }

    /// <summary>A part of the study's name, in upper or lower case.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the results decide, which are computed when they are read.</summary>
    internal bool AsksResults => this is not { Diagnosis: null, Uncertain: null, Model: null };

    internal bool HasName(string name) => Name is null || name.Contains(Name, StringComparison.OrdinalIgnoreCase);

    internal bool Meets(StudyResult study) =>
        (Diagnosis is null || study.Result?.Diagnosis == Diagnosis)
        && (Uncertain is null || study.Result?.Uncertain == Uncertain)
        && (Model is null || study.Videos.Any(video => video.Model.Contains(Model, StringComparison.OrdinalIgnoreCase)));
}

/// <summary>A place in the list of studies, newest first: behind this study.</summary>
public sealed record StudyPlace(DateTime FirstSeenAt, Guid StudyId)
{
    /// <summary>Before the newest study, and behind those whose name is the whole text of a search.</summary>
    public static readonly StudyPlace Beginning = new(new(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc), Guid.Empty);
}

/// <summary>Some studies, newest first.</summary>
/// <param name="Next">Where the next page begins; null at the end of the list.</param>
/// <param name="Cut">Whether reading stopped because it had taken long, before the page was full. <paramref name="Next"/> goes on with it.</param>
public sealed record StudyPage(IReadOnlyList<StudyResult> Studies, StudyPlace? Next, bool Cut);
