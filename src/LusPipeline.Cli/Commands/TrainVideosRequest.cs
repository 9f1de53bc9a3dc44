using LusPipeline.Cli.Labels;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;

namespace LusPipeline.Cli.Commands;

/// <summary>The arguments of <c>lus train VIDEOS</c>.</summary>
internal sealed record TrainVideosRequest
{
    /// <summary>The command line, for the report.</summary>
    public required string Command { get; init; }

    /// <summary>Videos, or folders of videos.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    public required VideoLabels Labels { get; init; }

    /// <summary>The new bundle's folder.</summary>
    public required string Out { get; init; }

    public required string Name { get; init; }

    /// <summary>The report, an HTML file.</summary>
    public required string Report { get; init; }

    /// <summary>The bundle that gives the backbones.</summary>
    public required Bundle Source { get; init; }

    /// <summary>The variant that computes the features; null for the best one on this machine.</summary>
    public string? Variant { get; init; }

    /// <summary>How many varied clips of each video are trained on beside the clip itself.</summary>
    public int Vary { get; init; }

    /// <summary>The first and the last column that the head reads; null for all.</summary>
    public (int First, int Last)? Columns { get; init; }

    public required FoldGroup Group { get; init; }

    public required int Folds { get; init; }

    public required int InnerFolds { get; init; }

    public required int Seed { get; init; }

    public bool AllowLeak { get; init; }

    public required HeadOptions Head { get; init; }

    public required FitOptions Fit { get; init; }

    /// <summary>The folder that keeps features and folds until the bundle is written.</summary>
    public string Work => Out + ".train";
}
