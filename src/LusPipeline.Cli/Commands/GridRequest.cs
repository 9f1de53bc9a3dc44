using LusPipeline.Cli.Labels;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;

namespace LusPipeline.Cli.Commands;

/// <summary>The arguments of <c>lus train grid</c>.</summary>
internal sealed record GridRequest
{
    /// <summary>The command line, for the table's evaluations.</summary>
    public required string Command { get; init; }

    /// <summary>The backbones, in their order.</summary>
    public required IReadOnlyList<GridBackbone> Backbones { get; init; }

    /// <summary>The videos to make features of; none if the backbones have feature sets.</summary>
    public required IReadOnlyList<string> Videos { get; init; }

    public required VideoLabels Labels { get; init; }

    /// <summary>The csv file that says which patient a video is of; null if there is none.</summary>
    public required string? LabelsFile { get; init; }

    /// <summary>The bundles' variant to compute features with; null for the best one on this machine.</summary>
    public string? Variant { get; init; }

    /// <summary>How many of a video's frames a row takes.</summary>
    public required IReadOnlyList<int> Frames { get; init; }

    /// <summary>The file of the folds.</summary>
    public required string Folds { get; init; }

    /// <summary>The table.</summary>
    public required string Out { get; init; }

    /// <summary>The rows' study name.</summary>
    public required string Study { get; init; }

    public required (HeadOptions Head, FitOptions Fit) Options { get; init; }

    public required int InnerFolds { get; init; }

    public required int Seed { get; init; }

    public bool AllowLeak { get; init; }

    /// <summary>The folder that keeps the features that are made, one folder for each backbone.</summary>
    public string FeaturesFolder => Path.ChangeExtension(Out, null) + ".features";

    /// <summary>The folder that keeps finished folds of a row that is not finished.</summary>
    public string Work => Path.ChangeExtension(Out, null) + ".grid";
}

/// <summary>One backbone of the grid.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Bundle">The bundle that makes its features; null if it has a feature set.</param>
/// <param name="Set">The folder of its feature set; null if a bundle makes it.</param>
internal sealed record GridBackbone(string Name, Bundle? Bundle, string? Set);
