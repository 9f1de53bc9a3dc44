using System.CommandLine;
using System.Globalization;
using LusPipeline.Core.Probabilities;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;
using LusPipeline.Training.Experiments;

namespace LusPipeline.Cli.Commands;

/// <summary>Options that the <c>lus train</c> commands share.</summary>
internal static class TrainArguments
{
    private const string Patient = "patient";
    private const string Video = "video";

    public static Option<int> Seed() => new("--seed")
    {
        Description = "A number that makes the result repeatable",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };

    public static Option<int> FoldCount() => WholeNumber("--folds", "How many folds, 2 to 1000", 5, 2, 1000);

    /// <param name="value">Its default.</param>
    /// <param name="least">The least that it may be.</param>
    /// <param name="greatest">The most that it may be.</param>
    public static Option<int> WholeNumber(string name, string description, int value, int least, int greatest)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && (number < least || number > greatest))
                result.AddError($"{name} is a whole number from {least} to {greatest}.");
        });
        return option;
    }

    /// <summary>Text that <see cref="GroupOf"/> reads.</summary>
    public static Option<string> Group()
    {
        var option = new Option<string>("--group") { Description = "What stays on one side of a fold", DefaultValueFactory = _ => Patient };
        option.AcceptOnlyFromAmong(Patient, Video);
        return option;
    }

    public static FoldGroup GroupOf(string text) => text == Video ? FoldGroup.Video : FoldGroup.Patient;

    public static Option<string?> Model() => new("--model")
    {
        Description = $"The bundle whose backbone makes the features; {BundleCatalog.DefaultName} if left out",
        HelpName = "BUNDLE",
    };

    public static Option<string?> Name() => new("--name") { Description = "The new bundle's name; its folder's name if left out" };

    public static Option<bool> Json() => new("--json") { Description = "One JSON object on stdout" };

    public static Option<DirectoryInfo> Features() => new("--features") { Description = "A feature set's folder (lus features)", Required = true, HelpName = "DIR" };

    public static Option<DirectoryInfo[]> Augment() => new("--augment")
    {
        Description = "A further feature set of the same videos, whose clips are only trained on: another variant's, or one of lus features --vary; may be repeated",
        HelpName = "DIR",
    };

    public static Option<FileInfo> Folds() => new("--folds")
    {
        Description = "The folds, in the form of the paper's cross_val.json (lus train dataset)",
        Required = true,
        HelpName = "FILE",
    };

    public static Option<FileInfo?> Labels() => new("--labels")
    {
        Description = "csv with the columns file, label and patient: says which patient each video is of",
        HelpName = "FILE",
    };

    public static Option<int?> Frames() => new("--frames")
    {
        Description = "How many of a video's frames to take, evenly spaced; all if left out",
        HelpName = "N",
    };

    /// <summary>Text that <see cref="FeatureColumnsText.Read"/> reads.</summary>
    public static Option<string?> Columns() => new("--columns")
    {
        Description = "The columns of the features vector that the head reads: names of the model's layers, or the first and the last from 0; all if left out",
        HelpName = "LAYERS|FIRST-LAST",
    };

    public static Option<bool> AllowLeak() => new("--allow-leak")
    {
        Description = "Go on although a patient or a content is on both sides of a fold; every report then says so",
    };

    /// <summary>The operating points if none is asked for.</summary>
    public static IReadOnlyList<(Diagnosis Class, double Sensitivity)> UsualSensitivities { get; } = [(Diagnosis.Covid, 0.9)];

    /// <summary>An option like <c>covid=0.9</c>, which may be given several times.</summary>
    public static Option<(Diagnosis Class, double Sensitivity)[]> Sensitivities()
    {
        var option = new Option<(Diagnosis Class, double Sensitivity)[]>("--sensitivity")
        {
            Description = "The fraction of a class's videos to find: shows the threshold and its cost in specificity; may be repeated; covid=0.9 if left out",
            HelpName = "CLASS=FRACTION",
        };
        option.CustomParser = result =>
        {
            var wanted = new List<(Diagnosis, double)>();
            foreach (var token in result.Tokens)
            {
                if (token.Value.Split('=') is [var name, var number] && DiagnosisNames.Parse(name) is { } diagnosis
                    && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction) && fraction is > 0 and <= 1)
                    wanted.Add((diagnosis, fraction));
                else
                    result.AddError($"--sensitivity {token.Value}: give a class and a fraction above 0 and at most 1, for example covid=0.9.");
            }
            return [.. wanted];
        };
        return option;
    }

    public static Option<int> InnerFolds()
    {
        var option = new Option<int>("--inner-folds")
        {
            Description = "How many heads are trained on parts of the train side to find the temperature, 2 to 20; 0 for none",
            HelpName = "N",
            DefaultValueFactory = _ => HeadRecipe.DefaultInnerFolds,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number is not (0 or (>= 2 and <= 20)))
                result.AddError("--inner-folds is 0, or a whole number from 2 to 20.");
        });
        return option;
    }

    /// <summary>The command line, with quotes where a shell needs them.</summary>
    /// <param name="address">An option whose value may be an address with a password, which is left out; null for none.</param>
    public static string CommandLine(ParseResult result, string? address = null) => "lus " + string.Join(
        ' ', result.Tokens.Select((token, index) => Quoted(address is not null && index > 0 && result.Tokens[index - 1].Value == address ? WithoutPassword(token.Value) : token.Value)));

    private static string WithoutPassword(string address)
    {
        var (scheme, at) = (address.IndexOf("://", StringComparison.Ordinal), address.LastIndexOf('@'));
        return scheme >= 0 && at > scheme && address.IndexOf(':', scheme + 3) is var colon && colon >= 0 && colon < at
            ? string.Concat(address.AsSpan(0, colon), ":***", address.AsSpan(at))
            : address;
    }

    private static string Quoted(string argument) =>
        argument.Length > 0 && argument.All(character => char.IsAsciiLetterOrDigit(character) || "-_./=:,+@%".Contains(character, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
