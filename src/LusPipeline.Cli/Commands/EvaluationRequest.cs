using LusPipeline.Cli.Labels;
using LusPipeline.Training.Data;

namespace LusPipeline.Cli.Commands;

/// <summary>The arguments of <c>lus train evaluate</c> that do not depend on the model.</summary>
internal sealed record EvaluationRequest
{
    /// <summary>The command line, for the report.</summary>
    public required string Command { get; init; }

    /// <summary>The folder of the feature set.</summary>
    public required string Features { get; init; }

    /// <summary>The folders of further sets of the same videos, whose clips are only trained on.</summary>
    public IReadOnlyList<string> Augment { get; init; } = [];

    /// <summary>The file of the folds.</summary>
    public required string Folds { get; init; }

    /// <summary>The csv file that says which patient a video is of; null if there is none.</summary>
    public string? Labels { get; init; }

    /// <summary>How many of a video's frames are taken; null for all, or as many as the bundle takes.</summary>
    public int? Frames { get; init; }

    /// <summary>The first and the last column of the features that a head reads; null for all.</summary>
    public (int First, int Last)? Columns { get; init; }

    public bool AllowLeak { get; init; }

    public int Seed { get; init; }

    /// <summary>The model's name in the report; null for its own.</summary>
    public string? Name { get; init; }

    /// <summary>The folder that keeps finished folds.</summary>
    public required string FinishedFolds { get; init; }

    public FoldedClips Read(int? frames)
    {
        var data = FoldedClips.Read(Features, Folds, Labels is null ? null : VideoLabels.Read(Labels).Table, frames, Augment);
        return Columns is var (first, last) ? data with { Clips = data.Clips.Columns(first, last - first + 1) } : data;
    }
}
