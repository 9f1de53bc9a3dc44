using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Hosting.Results;

/// <summary>The result of an earlier generation of a video. It is a contract with scripts: names may be added but never change.</summary>
public sealed record EarlierJson(
    string Kind, string Study, string Video, int Generation, string Diagnosis, bool Uncertain, ProbabilitiesJson? Probabilities, double Spread,
    int Clips, string Model, string Variant, DateTime PredictedAt)
{
    public static EarlierJson From(EarlierResult earlier) => new(
        "earlier", earlier.Study, earlier.Video, earlier.Generation, earlier.Result.Diagnosis.Name(), earlier.Result.Uncertain,
        ProbabilitiesJson.From(earlier.Result), earlier.Result.Spread, earlier.Clips, earlier.Model, earlier.Variant, earlier.PredictedAt);
}
