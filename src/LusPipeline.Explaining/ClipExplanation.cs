using LusPipeline.Core.Probabilities;
using LusPipeline.Explaining.Frames;
using LusPipeline.Explaining.Regions;

namespace LusPipeline.Explaining;

/// <summary>
/// Why a model said what it said of one clip: which frames and which regions it used. That is a statement about the model, not about the patient. T is the number
/// of frames of the clip.
/// </summary>
public sealed record ClipExplanation
{
    public required Guid VideoId { get; init; }

    /// <summary>Position of the clip in its video, from 0.</summary>
    public required int ClipIndex { get; init; }

    public required ClipPictures Frames { get; init; }

    /// <summary>The probabilities that the ledger has.</summary>
    public required ClassProbabilities Stored { get; init; }

    /// <summary>The probabilities of the computation that is explained. They differ from <see cref="Stored"/> in the last digits, or where a remark says so.</summary>
    public required ClassProbabilities Computed { get; init; }

    /// <summary>The class that is explained: the most probable one of <see cref="Stored"/>.</summary>
    public required Diagnosis Class { get; init; }

    /// <summary>The variant of the backbone that was explained.</summary>
    public required string Variant { get; init; }

    /// <summary>Sentences for people about what is missing or differs; empty if nothing is.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>For each of T frames, how much the probability of <see cref="Class"/> falls when the clip's mean stands in its place. It may be below 0.</summary>
    public required IReadOnlyList<double> Replacement { get; init; }

    /// <summary>
    /// For each of T frames its integrated gradient of the probability of <see cref="Class"/>. Their sum is that probability less the one of a clip whose frames are
    /// all the clip's mean. Null if the head has an operator without a gradient rule.
    /// </summary>
    public IReadOnlyList<double>? IntegratedGradients { get; init; }

    /// <summary>By how much the sum of <see cref="IntegratedGradients"/> misses: the error of the numeric integral. Null if there are none.</summary>
    public double? Completeness { get; init; }

    /// <summary>For each of T frames, the prediction if the video ended behind it.</summary>
    public required IReadOnlyList<ClassProbabilities> Curve { get; init; }

    /// <summary>The regions by each layer that the head reads; empty if the head has no gradient, or reads no layer of pictures.</summary>
    public required IReadOnlyList<RegionMaps> Regions { get; init; }
}
