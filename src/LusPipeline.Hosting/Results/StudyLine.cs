using CsvHelper.Configuration.Attributes;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Hosting.Results;

/// <summary>One study as a csv line.</summary>
public sealed class StudyLine(StudyResult study)
{
    [Name("study"), Index(0)]
    public string Study => study.Study;

    [Name("status"), Index(1)]
    public string Status => study.Status;

    [Name("diagnosis"), Index(2)]
    public string? Diagnosis => study.Result?.Diagnosis.Name();

    [Name("uncertain"), Index(3)]
    public bool? Uncertain => study.Result?.Uncertain;

    [Name("covid"), Index(4)]
    public double? Covid => study.Result?.Probabilities.Covid;

    [Name("pneumonia"), Index(5)]
    public double? Pneumonia => study.Result?.Probabilities.Pneumonia;

    [Name("healthy"), Index(6)]
    public double? Healthy => study.Result?.Probabilities.Healthy;

    [Name("spread"), Index(7)]
    public double? Spread => study.Result?.Spread;

    [Name("videos"), Index(8)]
    public int Videos => study.Videos.Count;

    [Name("rejected"), Index(9)]
    public int Rejected => study.Count(WorkStatus.Rejected);

    [Name("revision"), Index(10)]
    public int Revision => study.Revision;

    [Name("first_seen_at"), Index(11), Format("O")]
    public DateTime FirstSeenAt => study.FirstSeenAt;

    [Name("completed_at"), Index(12), Format("O")]
    public DateTime? CompletedAt => study.CompletedAt;

    [Name("trace_id"), Index(13)]
    public string TraceId => study.TraceId;
}
