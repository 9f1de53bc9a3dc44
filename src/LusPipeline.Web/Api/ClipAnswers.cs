using LusPipeline.Core.Probabilities;
using LusPipeline.Explaining;
using LusPipeline.Hosting.Results;

namespace LusPipeline.Web.Api;

/// <summary>Why a model said what it said of one clip. It is a statement about the model, not about the patient.</summary>
/// <param name="Index">Position of the clip in its video, from 0.</param>
/// <param name="Class">The class that is explained: the predicted one.</param>
/// <param name="Variant">With what it was computed: fp32 or int8.</param>
/// <param name="Computed">What was computed now. It is the stored result but for the last digits, or a remark says why not.</param>
/// <param name="Remarks">Sentences on what differs or is missing.</param>
/// <param name="Frames">The decoded frames of the video that the clip consists of, from 0.</param>
/// <param name="Replacement">For each frame, the fall of the class's probability when the clip's mean stands in its place.</param>
/// <param name="IntegratedGradients">For each frame, its share of the class's probability by integrated gradients; null if the head has no gradient.</param>
/// <param name="Curve">For each frame, the prediction if the video ended behind it.</param>
/// <param name="Layers">The layers that have maps of regions.</param>
internal sealed record ExplanationJson(
    Guid VideoId, int Index, string Class, string Variant, ProbabilitiesJson Stored, ProbabilitiesJson Computed, IReadOnlyList<string> Remarks, IReadOnlyList<int> Frames,
    IReadOnlyList<double> Replacement, IReadOnlyList<double>? IntegratedGradients, IReadOnlyList<ProbabilitiesJson> Curve, IReadOnlyList<string> Layers, string Notice)
{
    public static ExplanationJson From(ClipExplanation clip) => new(
        clip.VideoId, clip.ClipIndex, clip.Class.Name(), clip.Variant, Json(clip.Stored), Json(clip.Computed), clip.Remarks,
        [.. Enumerable.Range(0, clip.Frames.Count).Select(clip.Frames.DecodedFrame)], clip.Replacement, clip.IntegratedGradients, [.. clip.Curve.Select(Json)],
        [.. clip.Regions.Select(region => region.Layer)], Notices.ResearchUse);

    private static ProbabilitiesJson Json(ClassProbabilities probabilities) => new(probabilities.Covid, probabilities.Pneumonia, probabilities.Healthy);
}
