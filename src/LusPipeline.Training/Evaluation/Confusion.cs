using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Evaluation;

/// <summary>Numbers of videos by label and predicted class.</summary>
public sealed class Confusion
{
    private const int Count = 3;
    private readonly int[] _counts = new int[Count * Count];

    public Confusion(IEnumerable<Prediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        foreach (var prediction in predictions)
        {
            _counts[((int)prediction.Label * Count) + (int)prediction.Predicted]++;
            Total++;
        }
    }

    public int Total { get; }

    public int this[Diagnosis label, Diagnosis predicted] => _counts[((int)label * Count) + (int)predicted];

    /// <summary>The number of videos whose predicted class is their label.</summary>
    public int Right => _counts[0] + _counts[4] + _counts[8];

    /// <summary>The number of videos with a label: a row's sum.</summary>
    public int Labelled(Diagnosis label) => this[label, Diagnosis.Covid] + this[label, Diagnosis.Pneumonia] + this[label, Diagnosis.Healthy];

    /// <summary>The number of videos of which the model gives a class: a column's sum.</summary>
    public int Predicted(Diagnosis predicted) => this[Diagnosis.Covid, predicted] + this[Diagnosis.Pneumonia, predicted] + this[Diagnosis.Healthy, predicted];

    /// <summary>The counts as rows, one for each label.</summary>
    public int[][] Rows() => [.. Classes.All.Select(label => Classes.All.Select(predicted => this[label, predicted]).ToArray())];
}
