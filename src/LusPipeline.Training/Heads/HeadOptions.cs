using System.Globalization;

namespace LusPipeline.Training.Heads;

/// <summary>The layers of a head. Names of settings in errors are those of the command line.</summary>
public sealed record HeadOptions
{
    public const int MaxUnits = 4096;
    public const int MaxDenseLayers = 8;

    public HeadKind Kind { get; init; } = HeadKind.Lstm;

    /// <summary>The number of recurrent or attention layers, 1 or 2. A head of the mean has none.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Whether a recurrent layer reads the frames in both directions.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>What of the last recurrent layer's states is read.</summary>
    public FrameSummary Summary { get; init; } = FrameSummary.Last;

    /// <summary>The size of a recurrent layer's state in each direction, or of a frame's vector in attention, 1 to <see cref="MaxUnits"/>.</summary>
    public int Units { get; init; } = 128;

    /// <summary>The share of features that are dropped while training, in [0, 1): the same ones in all frames of a clip, as Keras' <c>LSTM(dropout=…)</c> does.</summary>
    public double InputDropout { get; init; }

    /// <summary>The share of values that are dropped while training, in [0, 1), behind the frames' summary and behind each dense layer.</summary>
    public double Dropout { get; init; } = 0.5;

    /// <summary>The sizes of the dense layers (ReLU) in front of the softmax, each 1 to <see cref="MaxUnits"/>.</summary>
    public IReadOnlyList<int> Dense { get; init; } = [64];

    /// <summary>The factor of Σ w² over the dense layers' kernels in the loss, as Keras' <c>kernel_regularizer=l2(…)</c>; 0 for none.</summary>
    public double L2 { get; init; }

    /// <summary>Whether each feature is shifted and scaled to mean 0 and deviation 1 over the frames of the training clips.</summary>
    public bool Standardize { get; init; } = true;

    /// <summary>The project's own head.</summary>
    public static HeadOptions Default { get; } = new() { Units = 32, Summary = FrameSummary.Max };

    /// <summary>The head of the paper's best model: LSTM(512, dropout 0.4), two dense layers of 1024.</summary>
    public static HeadOptions Paper { get; } = new() { Units = 512, InputDropout = 0.4, Dropout = 0, Dense = [1024, 1024], Standardize = false };

    /// <summary>The layers as options of <c>lus train fit</c>.</summary>
    public string Arguments => string.Create(
        CultureInfo.InvariantCulture,
        $"--head {Kind.ToString().ToLowerInvariant()} --layers {Layers} --bidirectional {Text(Bidirectional)} --summary {Summary.ToString().ToLowerInvariant()} --units {Units} --input-dropout {InputDropout} "
        + $"--dropout {Dropout} --dense {(Dense.Count == 0 ? "none" : string.Join(',', Dense))} --l2 {L2} --standardize {Text(Standardize)}");

    internal int Directions => Bidirectional ? 2 : 1;

    /// <summary>Whether the head has states at each frame.</summary>
    public bool IsRecurrent => Kind is HeadKind.Lstm or HeadKind.Gru;

    /// <exception cref="HeadException">A setting is outside its range, or two exclude each other.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Kind))
            throw new HeadException("--head must be lstm, gru, mean or attention.");
        if (Layers is not (1 or 2))
            throw new HeadException($"--layers must be 1 or 2, not {Layers}.");
        if (Kind == HeadKind.Mean && Layers != 1)
            throw new HeadException("--layers 2 needs a head with layers: give --head lstm, gru or attention.");
        if (Bidirectional && !IsRecurrent)
            throw new HeadException("--bidirectional needs a recurrent head: give --head lstm or gru.");
        if (!Enum.IsDefined(Summary))
            throw new HeadException("--summary must be last, mean, max or attention.");
        if (Summary != FrameSummary.Last && !IsRecurrent)
            throw new HeadException("--summary needs a recurrent head: give --head lstm or gru.");
        if (Units is < 1 or > MaxUnits)
            throw new HeadException($"--units must be 1 to {MaxUnits}, not {Units}.");
        RequireShare("--input-dropout", InputDropout);
        RequireShare("--dropout", Dropout);
        if (Dense.Count > MaxDenseLayers)
            throw new HeadException($"--dense names {Dense.Count} layers; give up to {MaxDenseLayers}.");
        if (Dense.FirstOrDefault(size => size is < 1 or > MaxUnits) is var wrong && wrong != 0)
            throw new HeadException($"--dense has a layer of {wrong}; each must be 1 to {MaxUnits}.");
        if (Dense.Contains(0))
            throw new HeadException($"--dense has a layer of 0; each must be 1 to {MaxUnits}.");
        if (L2 is not (>= 0 and <= 10))
            throw new HeadException(string.Create(CultureInfo.InvariantCulture, $"--l2 must be 0 to 10, not {L2}."));
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static void RequireShare(string key, double share)
    {
        if (share is not (>= 0 and < 1))
            throw new HeadException(string.Create(CultureInfo.InvariantCulture, $"{key} must be at least 0 and below 1, not {share}."));
    }
}
