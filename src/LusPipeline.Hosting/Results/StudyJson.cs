using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Hosting.Results;

/// <summary>The result of one study. It is a contract with scripts: names may be added but never change.</summary>
public sealed record StudyJson(
    string Kind, string Study, string Status, string? Diagnosis, bool? Uncertain, ProbabilitiesJson? Probabilities, double? Spread,
    int Videos, int Rejected, int Revision, string TraceId)
{
    public static StudyJson From(StudyResult study) => new(
        "study", study.Study, study.Status, study.Result?.Diagnosis.Name(), study.Result?.Uncertain, ProbabilitiesJson.From(study.Result),
        study.Result?.Spread, study.Videos.Count, study.Count(WorkStatus.Rejected), study.Revision, study.TraceId);
}
