using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;

namespace LusPipeline.Training.Reports;

/// <summary>An evaluation with how it was made: what a reader needs to repeat it and to judge it.</summary>
public sealed record EvaluationReport
{
    public const string ResearchNotice = "Research use only: not a medical device.";

    /// <summary>What was evaluated, for example a bundle's name and version.</summary>
    public required string Model { get; init; }

    /// <summary>The command line.</summary>
    public required string Command { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>T, the number of frames of a clip.</summary>
    public required int Frames { get; init; }

    /// <summary>D, the number of features of a frame.</summary>
    public required int Features { get; init; }

    /// <summary>The seed of training and of the intervals.</summary>
    public required int Seed { get; init; }

    /// <summary>The number of samples that the intervals come from.</summary>
    public required int BootstrapRounds { get; init; }

    /// <summary>The settings by name, in the order in which they are shown.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>Why the figures may be too good or hold for less than they seem to.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How many of the videos a bundle's head was trained on; null if nobody knows, or if a head was trained for each fold.</summary>
    public int? TrainedOn { get; init; }

    /// <summary>The leaks that were allowed.</summary>
    public IReadOnlyList<Leak> Leaks { get; init; } = [];

    /// <summary>The temperature that each fold's probabilities were scaled with; empty if they were not scaled.</summary>
    public IReadOnlyDictionary<string, double> Temperatures { get; init; } = new Dictionary<string, double>();

    /// <summary>How the training of each fold went; empty if nothing was trained.</summary>
    public IReadOnlyList<LearningCurve> Curves { get; init; } = [];

    public required EvaluationResult Result { get; init; }
}

/// <summary>The training of one fold.</summary>
public sealed record LearningCurve(string Fold, IReadOnlyList<LearningPoint> Points);

/// <summary>One epoch; means over the heads of an ensemble.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">The mean loss on the train side.</param>
/// <param name="Accuracy">The accuracy on the train side, in [0, 1].</param>
/// <param name="ValidationLoss">The mean loss on the validation part; null if there is none.</param>
/// <param name="ValidationAccuracy">The accuracy on the validation part; null if there is none.</param>
public sealed record LearningPoint(int Epoch, double Loss, double Accuracy, double? ValidationLoss, double? ValidationAccuracy);
