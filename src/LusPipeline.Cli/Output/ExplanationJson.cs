using LusPipeline.Core.Probabilities;
using LusPipeline.Explaining;
using LusPipeline.Hosting.Results;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Cli.Output;

/// <summary>The explanation of one clip. It is a contract with scripts: names may be added but never change.</summary>
/// <param name="Clip">Position of the clip in its video, from 0.</param>
/// <param name="Diagnosis">The class that is explained.</param>
/// <param name="Completeness">By how much the sum of the integrated gradients misses.</param>
/// <param name="Folder">The folder of the clip's pictures.</param>
internal sealed record ExplanationJson(
    string Kind, string Study, string Video, int Clip, string Diagnosis, ProbabilitiesJson Probabilities, ProbabilitiesJson Computed, string Model, string Variant,
    IReadOnlyList<ExplainedFrameJson> Frames, double? Completeness, IReadOnlyList<ExplainedLayerJson> Layers, bool? FramesAreThoseDiagnosed, IReadOnlyList<string> Remarks, string Folder)
{
    public static ExplanationJson From(VideoResult video, ClipExplanation explanation, string folder) => new(
        "explanation", video.Study, video.Video, explanation.ClipIndex, explanation.Class.Name(), Json(explanation.Stored), Json(explanation.Computed), video.Model,
        explanation.Variant,
        [.. Enumerable.Range(0, explanation.Frames.Count).Select(frame => new ExplainedFrameJson(
            explanation.Frames.DecodedFrame(frame), explanation.Replacement[frame], explanation.IntegratedGradients?[frame], Json(explanation.Curve[frame])))],
        explanation.Completeness,
        [.. explanation.Regions.Select(regions => new ExplainedLayerJson(
            regions.Layer, regions.Height, regions.Width, [.. Enumerable.Range(0, explanation.Frames.Count).Select(regions.Strength)]))],
        explanation.Frames.Diagnosed, explanation.Remarks, folder);

    private static ProbabilitiesJson Json(ClassProbabilities one) => new(one.Covid, one.Pneumonia, one.Healthy);
}

/// <param name="Frame">The number of the frame in the decoded video, from 0.</param>
/// <param name="Replacement">How much the class's probability falls when the clip's mean takes the frame's place.</param>
/// <param name="IntegratedGradient">Null if the head has no gradient.</param>
/// <param name="SoFar">The prediction of a video that ends behind this frame.</param>
internal sealed record ExplainedFrameJson(int Frame, double Replacement, double? IntegratedGradient, ProbabilitiesJson SoFar);

/// <param name="Height">The number of cells from top to bottom.</param>
/// <param name="Width">The number of cells from left to right.</param>
/// <param name="Strengths">For each frame its greatest value beside the clip's, in [0, 1].</param>
internal sealed record ExplainedLayerJson(string Layer, int Height, int Width, IReadOnlyList<float> Strengths);

/// <summary>A clip that has no explanation.</summary>
/// <param name="Clip">Position of the clip in its video, from 0.</param>
/// <param name="Why">Sentences for people.</param>
internal sealed record UnexplainedJson(string Kind, string Study, string Video, int Clip, string Why);
