using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using LusPipeline.Cli.Arguments;
using LusPipeline.Hosting.Run;
using LusPipeline.Hosting.Settings;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Cli.Commands;

/// <summary>The options that <c>lus run</c> and <c>lus demo</c> share.</summary>
internal sealed class RunOptions
{
    private const string Whole = Core.Clips.ClipPlan.WholeKind;
    private const string Windows = Core.Clips.ClipPlan.WindowsKind;

    private static readonly RunRequest Defaults = new() { Paths = [], Home = HomeFolder.DefaultName, Model = "" };

    private readonly Option<bool> _force = new("--force") { Description = "Analyse finished videos again; the old predictions are kept as history" };
    private readonly Option<string> _clips = new("--clips") { Description = "One clip over the whole video, or one a window", DefaultValueFactory = _ => Whole };
    private readonly Option<double> _window = Positive("--window", 2, "Length of a window in seconds, with --clips windows");
    private readonly Option<double> _stride = Positive("--stride", 2, "Seconds from the start of one window to the next");
    private readonly Option<string?> _model = new("--model") { Description = "A bundle's folder or name; the default model if left out", HelpName = "DIR" };
    private readonly Option<bool> _fast = new("--fast") { Description = "Leave out what the model's head does not read: the same predictions, sooner; no other features are kept" };
    private readonly Option<string?> _variant = new("--variant") { Description = "The bundle's variant to compute with; its best on this machine if left out" };
    private readonly Option<ExecutionProvider> _provider = new("--provider") { Description = "Where the models run", DefaultValueFactory = _ => ExecutionProvider.Cpu };
    private readonly Option<int> _threads = WholeNumber("--threads", 0, 0, "CPU threads that compute; 0 for all");
    private readonly Option<long> _maxPixels = WholeNumber("--max-frame-pixels", Defaults.Limits.MaxFramePixels, 1, "Reject videos with larger frames");
    private readonly Option<int> _maxFrames = WholeNumber("--max-frames", Defaults.Limits.MaxFrames, 2, "Reject videos with more frames");
    private readonly Option<long> _maxBytes = WholeNumber("--max-file-bytes", Defaults.Limits.MaxFileBytes, 1, "Reject larger files");
    private readonly Option<string> _bucket = new("--bucket") { Description = "Name of these videos' collection, part of their identity", DefaultValueFactory = _ => Defaults.Bucket };

    public RunOptions()
    {
        _clips.AcceptOnlyFromAmong(Whole, Windows);
        _variant.AcceptOnlyFromAmong([.. BundleVariant.All]);
    }

    public Option<string> Home { get; } = new("--home")
    {
        Description = "Folder of the ledger, the features and the scratch files; one run at a time",
        DefaultValueFactory = _ => HomeFolder.DefaultName,
        HelpName = "DIR",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "One JSON object a line on stdout, in the order of completion" };

    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Log to stderr what the stages do, by ids" };

    public Option<string?> Labels { get; } = new("--labels")
    {
        Description = "csv with the columns file and label, or the word 'folders': adds accuracy and the confusion matrix",
        HelpName = "FILE",
    };

    public Option<string?> Report { get; } = new("--report")
    {
        Description = "Write a report as one HTML file: results, confusion matrix with --labels, frames and regions of uncertain videos, model card",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Home, Json, _force, _clips, _window, _stride, _model, _fast, _variant, _provider, _threads, Labels, Report, _maxPixels, _maxFrames, _maxBytes, _bucket, Verbose })
            command.Add(option);
    }

    /// <exception cref="BundleException">The model does not exist.</exception>
    public RunRequest Request(ParseResult result, IReadOnlyList<string> paths, bool watch) => new()
    {
        Paths = paths,
        Home = result.GetRequiredValue(Home),
        Bucket = result.GetRequiredValue(_bucket),
        Model = BundleCatalog.Find(result.GetValue(_model)),
        Fast = result.GetValue(_fast),
        Variant = result.GetValue(_variant),
        Window = result.GetRequiredValue(_clips) == Windows ? TimeSpan.FromSeconds(result.GetRequiredValue(_window)) : null,
        Stride = TimeSpan.FromSeconds(result.GetRequiredValue(_stride)),
        Force = result.GetValue(_force),
        Watch = watch,
        Limits = new()
        {
            MaxFramePixels = result.GetRequiredValue(_maxPixels),
            MaxFrames = result.GetRequiredValue(_maxFrames),
            MaxFileBytes = result.GetRequiredValue(_maxBytes),
        },
        Inference = new() { Provider = result.GetRequiredValue(_provider), Threads = result.GetRequiredValue(_threads) },
        Ingest = new IngestOptions { MaxDecoders = Math.Max(2, Environment.ProcessorCount / 2), ClipsInFlight = Math.Max(4, 2 * Environment.ProcessorCount) },
        Media = MediaSettings.Read(),
        Dicom = LoadedSettings.One<DicomOptions>(new ConfigurationSources()),
    };

    private static Option<double> Positive(string name, double value, string description)
    {
        var option = new Option<double>(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "SECONDS" };
        option.Validators.Add(result =>
        {
            if (Given(result) is { } text && double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds is not (> 0 and <= 86_400))
                result.AddError($"{name} is a number of seconds above 0 and up to 86400, for example {name} 2.");
        });
        return option;
    }

    private static Option<T> WholeNumber<T>(string name, T value, T least, string description) where T : IBinaryInteger<T>
    {
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => value, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (Given(result) is { } text && T.TryParse(text, CultureInfo.InvariantCulture, out var number) && number < least)
                result.AddError($"{name} is a whole number of at least {least}.");
        });
        return option;
    }

    /// <summary>The text on the command line. The parser itself reports text that is not a number.</summary>
    private static string? Given(OptionResult result) => result.Tokens is [var token] ? token.Value : null;
}
