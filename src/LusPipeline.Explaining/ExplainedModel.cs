using LusPipeline.Core.Probabilities;
using LusPipeline.Explaining.Frames;
using LusPipeline.Explaining.Importance;
using LusPipeline.Explaining.Regions;
using LusPipeline.Explaining.Subjects;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Explaining;

/// <summary>A bundle that is open to explain its results.</summary>
internal sealed class ExplainedModel : IDisposable
{
    /// <summary>A computed probability that differs more from the stored one is remarked on.</summary>
    private const double RemarkedDifference = 0.01;

    private readonly MappedBackbone _backbone;
    private readonly OnnxHead _head;
    private readonly GradientReasons? _reasons;
    private readonly List<string> _remarks = [];

    private ExplainedModel(string variant, MappedBackbone backbone, OnnxHead head, GradientReasons? reasons) =>
        (Variant, _backbone, _head, _reasons) = (variant, backbone, head, reasons);

    /// <summary>The variant of the backbone that is open.</summary>
    public string Variant { get; }

    /// <summary>
    /// The variant in which a result is explained: the one that diagnosed, if a CPU like this one computes it. Pictures in float16 are computed on CUDA only, and int8
    /// gives other results on CPUs without VNNI or AMX.
    /// </summary>
    public static string VariantFor(Bundle bundle, string diagnosed)
    {
        var usable = diagnosed != BundleVariant.Fp16 && bundle.Variants.Contains(diagnosed) && GraphComparison.WhyNot(diagnosed) is null;
        return usable || !bundle.Variants.Contains(BundleVariant.Fp32) ? diagnosed : BundleVariant.Fp32;
    }

    /// <summary>Opens backbone and head side by side.</summary>
    /// <exception cref="BundleException">ONNX Runtime refuses a file.</exception>
    public static async Task<ExplainedModel> OpenAsync(Bundle bundle, string variant, InferenceOptions inference)
    {
        var opening = Task.Run(() => MappedBackbone.Open(bundle, variant, inference));
        GradientReasons? reasons = null;
        string? without = null;
        OnnxHead? head = null;
        try
        {
            head = OnnxHead.Open(bundle, inference);
            try
            {
                reasons = GradientReasons.Open(bundle.PathOf(bundle.Head), bundle.Frames, bundle.Features);
            }
            catch (NotSupportedException unsupported)
            {
                without = unsupported.Message;
            }
            var backbone = await opening.ConfigureAwait(false);
            var model = new ExplainedModel(variant, backbone, head, reasons);
            if (without is not null)
                model._remarks.Add($"The head has no gradient here, so frames are rated by replacement alone and no regions are shown. {without}");
            foreach (var layer in backbone.Layers.Unmapped)
                model._remarks.Add($"The head reads '{layer}', which is no mean of pictures, so it has no regions.");
            return model;
        }
        catch
        {
            head?.Dispose();
            reasons?.Dispose();
            if (await Task.WhenAny(opening).ConfigureAwait(false) is { IsCompletedSuccessfully: true })
                (await opening.ConfigureAwait(false)).Dispose();
            throw;
        }
    }

    public async Task<ClipExplanation> ExplainAsync(ClipSubject clip, ClipPictures frames, CancellationToken cancellation)
    {
        var (features, pictures) = await _backbone.RunAsync(frames.AllPixels, cancellation).ConfigureAwait(false);
        var explained = clip.Stored.Winner;
        var replacement = new FrameReplacement(_head);
        var computed = _head.Predict(features);
        var reasons = _reasons?.Explain(features, replacement.Mean(features), explained);
        return new()
        {
            VideoId = clip.VideoId,
            ClipIndex = clip.Index,
            Frames = frames,
            Stored = clip.Stored,
            Computed = computed,
            Class = explained,
            Variant = Variant,
            Remarks = [.. Remarks(clip, frames, computed), .. _remarks],
            Replacement = replacement.Falls(features, explained),
            IntegratedGradients = reasons?.IntegratedGradients,
            Completeness = reasons?.Completeness,
            Curve = replacement.Curve(features),
            Regions = reasons is null ? [] : [.. pictures.Select(layer => Regions(layer, reasons.Score, frames))],
        };
    }

    public void Dispose()
    {
        _backbone.Dispose();
        _head.Dispose();
        _reasons?.Dispose();
    }

    private RegionMaps Regions(LayerPictures pictures, float[] score, ClipPictures frames)
    {
        var layer = pictures.Layer;
        var signed = Enumerable.Range(0, frames.Count)
            .Select(frame => GradCam.Signed(pictures.OfFrame[frame], score.AsSpan((frame * _head.FeatureLength) + layer.First, layer.Features))).ToList();
        var (maps, strengths) = GradCam.Normalized(signed);
        return new(layer.Name, pictures.Height, pictures.Width, maps, strengths, frames.Height, frames.Width);
    }

    private IEnumerable<string> Remarks(ClipSubject clip, ClipPictures frames, ClassProbabilities computed)
    {
        if (frames.Diagnosed == false)
            yield return "The decoder gives other frames now than when the clip was diagnosed; another version of ffmpeg may be the cause.";
        if (Variant != clip.Variant)
            yield return $"The clip was diagnosed by the variant {clip.Variant}; this explains {Variant}, because the other cannot be explained on this machine.";
        if (DiagnosisNames.All.Select((_, i) => Math.Abs(computed[(Diagnosis)i] - clip.Stored[(Diagnosis)i])).Max() > RemarkedDifference)
            yield return "The probabilities that were computed for this explanation differ from the stored ones, so it explains the result only roughly.";
    }
}
