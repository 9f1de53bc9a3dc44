using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Reports;

namespace LusPipeline.UnitTests.Training;

/// <summary>Reports for tests.</summary>
internal static class Reports
{
    public static EvaluationReport Of(IReadOnlyList<Prediction> predictions) => new()
    {
        Model = "a <b> & 'c'",
        Command = "lus train evaluate --features \"x y\"",
        MadeAt = new(2026, 1, 31, 8, 30, 0, TimeSpan.Zero),
        Version = "1.2.3",
        Frames = 20,
        Features = 2048,
        Seed = 7,
        BootstrapRounds = 20,
        Settings = [new("features", "/data/<set>")],
        Warnings = ["Patients & videos <unknown>."],
        Leaks = [new Leak("0", LeakKind.SamePatient, "cov/<script>alert(1)</script>.mp4", "cov/b.mp4", "p1")],
        Temperatures = predictions.Select(prediction => prediction.Fold).Distinct().ToDictionary(fold => fold, _ => 1.5),
        Curves = [new("0", [new(1, 1.1, 0.3, 1.2, 0.2), new(2, 0.7, 0.6, 0.9, 0.5)]), new("1", [new(1, 1.0, 0.4, null, null), new(2, double.NaN, 0.4, null, null)])],
        Result = EvaluationResult.Compute(predictions, [(Diagnosis.Covid, 0.9)], new(20, 7)),
    };
}
