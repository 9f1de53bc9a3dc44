using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Evaluation;

/// <summary>
/// How good predictions are. The definitions and the rules for divisions by zero are scikit-learn's (1.5 and later, labels 0, 1 and 2,
/// <c>zero_division=0</c>). A measure that has no value is NaN.
/// </summary>
public sealed class Measures
{
    /// <summary>The smallest probability whose logarithm is taken: scikit-learn clips to the machine epsilon of float64.</summary>
    private const double LeastProbability = 2.220446049250313e-16;

    /// <exception cref="ArgumentException">There are no predictions.</exception>
    public Measures(IReadOnlyList<Prediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        if (predictions.Count == 0)
            throw new ArgumentException("There is nothing to measure without predictions.", nameof(predictions));
        Confusion = new(predictions);
        Classes = [.. Evaluation.Classes.All.Select(diagnosis => Of(diagnosis, predictions))];
        CalibrationError = new Reliability(predictions).Error;
        foreach (var prediction in predictions)
        {
            LogLoss -= Math.Log(Math.Clamp(prediction.Probabilities[prediction.Label], LeastProbability, 1 - LeastProbability)) / predictions.Count;
            Brier += SquaredDistance(prediction) / predictions.Count;
        }
    }

    public Confusion Confusion { get; }

    /// <summary>The measures of each class against the other two, in the order of <see cref="Diagnosis"/>.</summary>
    public IReadOnlyList<ClassMeasures> Classes { get; }

    /// <summary>The fraction of videos whose class is right.</summary>
    public double Accuracy => (double)Confusion.Right / Confusion.Total;

    /// <summary>The mean recall of the classes that occur as labels.</summary>
    public double BalancedAccuracy => Classes.Where(one => one.Support > 0).Average(one => one.Recall);

    /// <summary>The mean F1 of the three classes.</summary>
    public double MacroF1 => Classes.Average(one => one.F1);

    /// <summary>The mean area under the ROC curve of each class against the others; NaN if a class has none.</summary>
    public double MacroAuroc => Classes.Average(one => one.Auroc);

    /// <summary>The mean of −ln of the label's probability.</summary>
    public double LogLoss { get; }

    /// <summary>The mean squared distance between the probabilities and the label as 0 and 1, in [0, 2]. It is the sum over the classes, not half of it.</summary>
    public double Brier { get; }

    /// <inheritdoc cref="Reliability.Error"/>
    public double CalibrationError { get; }

    /// <summary>
    /// Matthews' correlation coefficient for several classes, in [−1, 1] (Gorodkin 2004). 0 if all labels or all predictions are of one class.
    /// </summary>
    public double Matthews
    {
        get
        {
            var (chance, labels, predictions) = Products();
            var (total, right) = ((double)Confusion.Total, (double)Confusion.Right);
            var spread = ((total * total) - predictions) * ((total * total) - labels);
            return spread == 0 ? 0 : ((right * total) - chance) / Math.Sqrt(spread);
        }
    }

    /// <summary>Cohen's kappa: the agreement of labels and predictions beyond that of chance. NaN if both are of one class only.</summary>
    public double Kappa
    {
        get
        {
            var (total, right) = ((double)Confusion.Total, (double)Confusion.Right);
            var expected = (total * total) - Products().Chance;
            return expected == 0 ? double.NaN : 1 - ((total - right) * total / expected);
        }
    }

    /// <summary>Sums over the classes: labelled × predicted, labelled², predicted².</summary>
    private (double Chance, double Labels, double Predictions) Products()
    {
        double chance = 0, labels = 0, predictions = 0;
        foreach (var diagnosis in Evaluation.Classes.All)
        {
            double labelled = Confusion.Labelled(diagnosis), predicted = Confusion.Predicted(diagnosis);
            chance += labelled * predicted;
            labels += labelled * labelled;
            predictions += predicted * predicted;
        }
        return (chance, labels, predictions);
    }

    private ClassMeasures Of(Diagnosis diagnosis, IReadOnlyList<Prediction> predictions)
    {
        var (labelled, predicted, right) = (Confusion.Labelled(diagnosis), Confusion.Predicted(diagnosis), Confusion[diagnosis, diagnosis]);
        var others = Confusion.Total - labelled;
        return new(
            labelled,
            Precision: Fraction(right, predicted),
            Recall: Fraction(right, labelled),
            F1: Fraction(2 * right, labelled + predicted),
            Specificity: Fraction(others - (predicted - right), others),
            Auroc: new RocCurve(predictions, diagnosis).Area);
    }

    private static double SquaredDistance(Prediction prediction)
    {
        var sum = 0.0;
        foreach (var diagnosis in Evaluation.Classes.All)
        {
            var distance = prediction.Probabilities[diagnosis] - (diagnosis == prediction.Label ? 1 : 0);
            sum += distance * distance;
        }
        return sum;
    }

    private static double Fraction(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}

/// <summary>The measures of one class against the other two.</summary>
/// <param name="Support">The number of videos with the class as label.</param>
/// <param name="Precision">The fraction of videos with this prediction whose label is the class; 0 if there are none.</param>
/// <param name="Recall">Sensitivity: the fraction of videos with this label whose prediction is the class; 0 if there are none.</param>
/// <param name="F1">The harmonic mean of precision and recall; 0 if neither label nor prediction is ever the class.</param>
/// <param name="Specificity">The fraction of videos with another label whose prediction is another class, too; 0 if there are none.</param>
/// <param name="Auroc">The area under the ROC curve; NaN if no video, or every video, has this label.</param>
public sealed record ClassMeasures(int Support, double Precision, double Recall, double F1, double Specificity, double Auroc);
