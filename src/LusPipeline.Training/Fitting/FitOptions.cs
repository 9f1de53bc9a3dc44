using System.Globalization;
using LusPipeline.Training.Heads;

namespace LusPipeline.Training.Fitting;

/// <summary>How a head is trained. Names of settings in errors are those of the command line.</summary>
public sealed record FitOptions
{
    public const int MaxEpochs = 10_000;
    public const int MaxBatch = 4096;
    public const int MaxEnsemble = 50;

    /// <summary>The number of passes over the training clips.</summary>
    public int Epochs { get; init; } = 25;

    /// <summary>N, the number of clips in one step. The last batch of an epoch may be smaller.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>The learning rate; the greatest one of a schedule.</summary>
    public double LearningRate { get; init; } = 1e-3;

    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.OneCycle;

    /// <summary>
    /// The share of each kernel that is taken off at a learning rate of 1 (AdamW: Loshchilov and Hutter, Decoupled weight decay regularization, 2019).
    /// 0 makes it plain Adam.
    /// </summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Greatest L2 norm of all gradients together; greater ones are scaled to it. 0 for no limit.</summary>
    public double ClipNorm { get; init; }

    /// <summary>Whether each class counts as much as another, however many clips it has.</summary>
    public bool ClassWeights { get; init; } = true;

    /// <summary>
    /// After so many epochs without a better loss on the validation clips training stops, and the best epoch's weights are kept. 0 trains all epochs and
    /// keeps the last weights: validation clips are then only measured.
    /// </summary>
    public int Patience { get; init; }

    /// <summary>The number of heads, from the seed on upwards, whose probabilities are averaged.</summary>
    public int Ensemble { get; init; } = 1;

    /// <summary>The project's own recipe.</summary>
    public static FitOptions Default { get; } = new();

    /// <summary>As the paper's notebook calls Keras: Adam with its defaults, batches of 32, 30 epochs.</summary>
    public static FitOptions Paper { get; } = new()
    {
        Epochs = 30,
        Batch = 32,
        Schedule = LearningRateSchedule.Constant,
        WeightDecay = 0,
        ClassWeights = false,
    };

    /// <summary>The settings as options of <c>lus train fit</c>.</summary>
    public string Arguments => string.Create(
        CultureInfo.InvariantCulture,
        $"--epochs {Epochs} --batch {Batch} --learning-rate {LearningRate} --schedule {(Schedule == LearningRateSchedule.OneCycle ? "one-cycle" : "constant")} "
        + $"--weight-decay {WeightDecay} --clip-norm {ClipNorm} --class-weights {(ClassWeights ? "true" : "false")} --patience {Patience} --ensemble {Ensemble}");

    /// <exception cref="HeadException">A setting is outside its range.</exception>
    public void Validate()
    {
        Require("--epochs", Epochs, 1, MaxEpochs);
        Require("--batch", Batch, 1, MaxBatch);
        Require("--ensemble", Ensemble, 1, MaxEnsemble);
        Require("--patience", Patience, 0, MaxEpochs);
        if (LearningRate is not (> 0 and <= 10))
            throw Wrong("--learning-rate", "above 0 and up to 10", LearningRate);
        if (WeightDecay is not (>= 0 and <= 10) || WeightDecay * LearningRate >= 1)
            throw Wrong("--weight-decay", "0 to 10, and below 1 when multiplied by the learning rate", WeightDecay);
        if (ClipNorm is not (>= 0 and <= 1e6))
            throw Wrong("--clip-norm", "0 (no limit) to 1000000", ClipNorm);
        if (!Enum.IsDefined(Schedule))
            throw new HeadException("--schedule must be constant or one-cycle.");
    }

    private static void Require(string key, int value, int least, int greatest)
    {
        if (value < least || value > greatest)
            throw Wrong(key, $"{least} to {greatest}", value);
    }

    private static HeadException Wrong(string key, string range, double value) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{key} must be {range}, not {value}."));
}
