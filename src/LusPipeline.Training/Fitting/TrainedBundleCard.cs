using System.Globalization;
using System.Text;
using LusPipeline.Models.Bundles;

namespace LusPipeline.Training.Fitting;

/// <summary>Writes the model card of a trained bundle, from what the manifest records and nothing else.</summary>
internal static class TrainedBundleCard
{
    public static string Text(string name, Bundle source, BundleTraining training, IReadOnlyList<BundleMetric> metrics)
    {
        var card = new StringBuilder();
        Line($"# {name}\n");
        Line($"**Research use only. Not a medical device.** Nothing here may be used to diagnose, treat or manage a patient.\n");
        Line($"## What it is\n");
        Line($"The backbones of the bundle {source.Name} {source.Version}, unchanged, and a head that `lus train` {training.Lus} made.\n");
        Line($"## How the head was trained\n");
        Line($"| | |\n|---|---|");
        Line($"| feature set | {training.Features} |");
        if (training.Further.Count > 0)
            Line($"| further sets of the same videos, for training only | {string.Join(", ", training.Further)} |");
        if (training.Columns is { } columns)
            Line($"| columns of the features vector | {columns} |");
        Line($"| trained on | {Clips(training)} |");
        Line($"| head | `{training.Head}` |");
        Line($"| fitting | `{training.Fit} --seed {training.Seed}` |");
        Line($"| heads whose probabilities are averaged | {training.Members} |");
        Line($"| temperature | {training.Temperature:0.####} |");
        if (training.EndedEarly)
            Line($"\nThe training was ended by hand before its last epoch.");
        Line($"\nThe manifest lists the SHA-256 sums of the training clips' features: answers for those clips say nothing about accuracy.\n");
        Line($"## How good it is\n");
        if (metrics.Count == 0)
            Line($"Nothing was measured on videos that the head was not trained on. Measure it: `lus train evaluate`.");
        else
        {
            Line($"| measured | value | how |\n|---|---|---|");
            foreach (var metric in metrics)
                Line($"| {metric.Name} | {metric.Value:0.000} | {metric.How} |");
        }
        return card.ToString();

        void Line(FormattableString text) => card.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Clips(BundleTraining training)
    {
        var patients = training.Patients is { } known ? $" of {known} patients" : "; the patients are not known";
        var side = training.Fold is { } fold ? $", the train side of fold {fold}" : "";
        return $"{training.Clips} clips{patients}{side}";
    }
}
