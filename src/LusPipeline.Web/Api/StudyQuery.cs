using System.ComponentModel;
using System.Globalization;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Results;
using Microsoft.AspNetCore.Mvc;

namespace LusPipeline.Web.Api;

/// <summary>The query of the list of studies, as it stands in a URL. What is empty does not count.</summary>
public sealed record StudyQuery
{
    public const int DefaultSize = 50;
    public const int MostSize = 200;

    private const int MostLetters = 200;

    private static readonly string[] States = [WorkStatus.Open, WorkStatus.Done, WorkStatus.Failed, WorkStatus.Cancelled];

    [Description("First seen then or later: an age such as 12h or 7d, or a UTC time such as 2026-01-31T08:30"), FromQuery(Name = "since")]
    public string? Since { get; init; }

    [Description("First seen before then, in the same form. A date alone counts with its whole day"), FromQuery(Name = "until")]
    public string? Until { get; init; }

    [Description("open, done, failed or cancelled"), FromQuery(Name = "status")]
    public string? Status { get; init; }

    [Description("covid, pneumonia or healthy"), FromQuery(Name = "diagnosis")]
    public string? Diagnosis { get; init; }

    [Description("true or false"), FromQuery(Name = "uncertain")]
    public string? Uncertain { get; init; }

    [Description("A part of a model's name, version or id"), FromQuery(Name = "model")]
    public string? Model { get; init; }

    [Description("A part of the study's name; only where names are shown"), FromQuery(Name = "name")]
    public string? Name { get; init; }

    [Description("The 'next' of the page before"), FromQuery(Name = "after")]
    public string? After { get; init; }

    [Description("Studies of a page, 1 to 200"), FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    /// <summary>Whether studies are looked at one by one, because no index finds what is asked for.</summary>
    public bool IsSearch => !string.IsNullOrEmpty(string.Concat(Diagnosis, Uncertain, Model, Name));

    public bool IsPlain => string.IsNullOrEmpty(string.Concat(Since, Until, Status, Diagnosis, Uncertain, Model, Name));

    /// <param name="error">What is wrong with the query and how to mend it; null if it is right.</param>
    public (StudySearch Search, StudyPlace? After, int Size) Parse(DateTime now, bool names, out string? error)
    {
        var problems = new List<string>();
        var search = new StudySearch
        {
            Since = Time(Since, "since"),
            Until = Time(Until, "until") is { } until ? IsDate(Until!) ? until.AddDays(1) : until : null,
            Status = OneOf(Status, "status", States),
            Diagnosis = OneOf(Diagnosis, "diagnosis", DiagnosisNames.All) is { } diagnosis ? DiagnosisNames.Parse(diagnosis) : null,
            Uncertain = OneOf(Uncertain, "uncertain", ["true", "false"]) is { } uncertain ? uncertain == "true" : null,
            Model = Text(Model, "model"),
            Name = Text(Name, "name"),
        };
        if (search.Name is not null && !names)
            problems.Add("Names are not shown here, so 'name' cannot be asked for.");
        StudyPlace? after = null;
        if (!string.IsNullOrEmpty(After) && !PlaceText.TryParse(After, out after))
            problems.Add("'after' is not the 'next' of a page.");
        var size = DefaultSize;
        if (!string.IsNullOrEmpty(Limit) && !(int.TryParse(Limit, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is >= 1 and <= MostSize))
            problems.Add($"'limit' is a whole number from 1 to {MostSize}.");
        error = problems.Count == 0 ? null : string.Join(' ', problems);
        return (search, after, size);

        DateTime? Time(string? text, string key)
        {
            if (string.IsNullOrEmpty(text))
                return null;
            if (PastTime.Parse(text, now) is { } time)
                return time;
            problems.Add($"'{key}' is {PastTime.Examples}.");
            return null;
        }

        string? OneOf(string? text, string key, IReadOnlyList<string> allowed)
        {
            if (string.IsNullOrEmpty(text))
                return null;
            if (allowed.Contains(text))
                return text;
            problems.Add($"'{key}' is one of {string.Join(", ", allowed)}.");
            return null;
        }

        string? Text(string? text, string key)
        {
            if (string.IsNullOrWhiteSpace(text))
                return null;
            if (text.Length <= MostLetters && !text.Contains('\0', StringComparison.Ordinal))
                return text;
            problems.Add($"'{key}' has more than {MostLetters} letters, or one that no text has.");
            return null;
        }
    }

    /// <summary>The query that goes on behind a place, for a link.</summary>
    public string With(StudyPlace? after)
    {
        var parts = new List<string>();
        foreach (var (key, value) in new[]
        {
            ("since", Since), ("until", Until), ("status", Status), ("diagnosis", Diagnosis), ("uncertain", Uncertain), ("model", Model), ("name", Name), ("limit", Limit),
            ("after", after is null ? null : PlaceText.Write(after)),
        })
        {
            if (!string.IsNullOrEmpty(value))
                parts.Add($"{key}={Uri.EscapeDataString(value)}");
        }
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    private static bool IsDate(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
}
