using System.CommandLine;
using System.Globalization;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;

namespace LusPipeline.Cli.Commands;

/// <summary>The options that say which layers a head has and how it is trained. What is left out is the preset's.</summary>
internal sealed class HeadArguments
{
    private const string Default = "default";
    private const string Paper = "paper";

    private static readonly Dictionary<string, HeadKind> Kinds = new()
    {
        ["lstm"] = HeadKind.Lstm,
        ["gru"] = HeadKind.Gru,
        ["mean"] = HeadKind.Mean,
        ["attention"] = HeadKind.Attention,
    };

    private static readonly Dictionary<string, FrameSummary> Summaries = new()
    {
        ["last"] = FrameSummary.Last,
        ["mean"] = FrameSummary.Mean,
        ["max"] = FrameSummary.Max,
        ["attention"] = FrameSummary.Attention,
    };

    private static readonly Dictionary<string, LearningRateSchedule> Schedules = new()
    {
        ["constant"] = LearningRateSchedule.Constant,
        ["one-cycle"] = LearningRateSchedule.OneCycle,
    };

    private readonly Option<string> _preset = new("--preset")
    {
        Description = "Where the other options' defaults come from: this project's recipe, or the paper's",
        DefaultValueFactory = _ => Default,
    };

    private readonly Option<string?> _head = new("--head") { Description = "What reads the frames" };
    private readonly Option<int?> _layers = Number<int?>("--layers", "Recurrent or attention layers, 1 or 2");
    private readonly Option<bool?> _bidirectional = new("--bidirectional") { Description = "Read the frames in both directions" };
    private readonly Option<string?> _summary = new("--summary") { Description = "What of a recurrent layer's states is read: the last, or one vector of those of all frames" };
    private readonly Option<int?> _units = Number<int?>("--units", "The size of a layer's state");
    private readonly Option<double?> _inputDropout = Number<double?>("--input-dropout", "The share of features that is dropped while training");
    private readonly Option<double?> _dropout = Number<double?>("--dropout", "The share of values behind each layer that is dropped while training");
    private readonly Option<IReadOnlyList<int>?> _dense = new("--dense")
    {
        Description = "The sizes of the dense layers, separated by commas; the word none for no such layer",
        HelpName = "N,N",
    };

    private readonly Option<double?> _l2 = Number<double?>("--l2", "The factor of the squared weights in the loss");
    private readonly Option<bool?> _standardize = new("--standardize") { Description = "Scale each feature to mean 0 and deviation 1, by the clips that are trained on" };
    private readonly Option<int?> _epochs = Number<int?>("--epochs", "Passes over the clips");
    private readonly Option<int?> _batch = Number<int?>("--batch", "Clips in one step");
    private readonly Option<double?> _learningRate = Number<double?>("--learning-rate", "The learning rate; the greatest of a schedule");
    private readonly Option<string?> _schedule = new("--schedule") { Description = "How the learning rate changes" };
    private readonly Option<double?> _weightDecay = Number<double?>("--weight-decay", "Of AdamW; 0 for Adam");
    private readonly Option<double?> _clipNorm = Number<double?>("--clip-norm", "The greatest norm of the gradients; 0 for no limit");
    private readonly Option<bool?> _classWeights = new("--class-weights") { Description = "Let each class count as much as another" };
    private readonly Option<int?> _patience = Number<int?>("--patience", "Stop after so many epochs without a better loss on a validation part; 0 for all epochs");
    private readonly Option<int?> _ensemble = Number<int?>("--ensemble", "How many heads, from the seed on upwards, whose probabilities are averaged");

    public HeadArguments()
    {
        _preset.AcceptOnlyFromAmong(Default, Paper);
        _head.AcceptOnlyFromAmong([.. Kinds.Keys]);
        _summary.AcceptOnlyFromAmong([.. Summaries.Keys]);
        _schedule.AcceptOnlyFromAmong([.. Schedules.Keys]);
        _dense.CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (text == "none")
                return [];
            var sizes = new List<int>();
            foreach (var part in text.Split(','))
            {
                if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                    sizes.Add(size);
                else
                    result.AddError($"--dense {text}: give sizes separated by commas, for example --dense 1024,1024, or --dense none.");
            }
            return sizes;
        };
    }

    private Option[] OfHead =>
    [
        _head, _layers, _bidirectional, _summary, _units, _inputDropout, _dropout, _dense, _l2, _standardize,
        _epochs, _batch, _learningRate, _schedule, _weightDecay, _clipNorm, _classWeights, _patience, _ensemble,
    ];

    public void AddTo(Command command)
    {
        command.Add(_preset);
        foreach (var option in OfHead)
            command.Add(option);
    }

    /// <summary>The names of the options that the command line has, without their dashes and with underscores: <c>weight_decay</c>.</summary>
    public IEnumerable<string> Given(ParseResult result) =>
        OfHead.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name.TrimStart('-').Replace('-', '_'));

    /// <exception cref="HeadException">An option is outside its range, or two exclude each other.</exception>
    public (HeadOptions Head, FitOptions Fit) Read(ParseResult result)
    {
        var (head, fit) = result.GetRequiredValue(_preset) == Paper ? (HeadOptions.Paper, FitOptions.Paper) : (HeadOptions.Default, FitOptions.Default);
        head = head with
        {
            Kind = result.GetValue(_head) is { } kind ? Kinds[kind] : head.Kind,
            Layers = result.GetValue(_layers) ?? head.Layers,
            Bidirectional = result.GetValue(_bidirectional) ?? head.Bidirectional,
            Summary = result.GetValue(_summary) is { } summary ? Summaries[summary] : head.Summary,
            Units = result.GetValue(_units) ?? head.Units,
            InputDropout = result.GetValue(_inputDropout) ?? head.InputDropout,
            Dropout = result.GetValue(_dropout) ?? head.Dropout,
            Dense = result.GetValue(_dense) ?? head.Dense,
            L2 = result.GetValue(_l2) ?? head.L2,
            Standardize = result.GetValue(_standardize) ?? head.Standardize,
        };
        fit = fit with
        {
            Epochs = result.GetValue(_epochs) ?? fit.Epochs,
            Batch = result.GetValue(_batch) ?? fit.Batch,
            LearningRate = result.GetValue(_learningRate) ?? fit.LearningRate,
            Schedule = result.GetValue(_schedule) is { } schedule ? Schedules[schedule] : fit.Schedule,
            WeightDecay = result.GetValue(_weightDecay) ?? fit.WeightDecay,
            ClipNorm = result.GetValue(_clipNorm) ?? fit.ClipNorm,
            ClassWeights = result.GetValue(_classWeights) ?? fit.ClassWeights,
            Patience = result.GetValue(_patience) ?? fit.Patience,
            Ensemble = result.GetValue(_ensemble) ?? fit.Ensemble,
        };
        // A preset's summary is one of a recurrent head.
        if (!head.IsRecurrent && result.GetValue(_summary) is null)
            head = head with { Summary = FrameSummary.Last };
        head.Validate();
        fit.Validate();
        return (head, fit);
    }

    private static Option<T> Number<T>(string name, string description) => new(name) { Description = description, HelpName = "N" };
}
