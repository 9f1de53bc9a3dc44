using LusPipeline.Core.Probabilities;
using LusPipeline.Explaining;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.UnitTests.Explaining;

/// <summary>Clips whose reason is planted: a bright quadrant of one frame, which the model looks for.</summary>
public sealed class ExplainedModelTests : IDisposable
{
    private const int Cells = BrightQuadrant.Side / 4;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 1)]
    [InlineData(5, 2)]
    public async Task The_planted_frame_and_its_quadrant_are_found(int frame, int quadrant)
    {
        var explanation = await ExplainAsync(BrightQuadrant.Write(_folder["model"]), frame, quadrant);

        Assert.Equal(Diagnosis.Covid, explanation.Class);
        Assert.True(explanation.Computed.Covid > 0.5);
        Assert.Equal(frame, IndexOfMax(explanation.Replacement));
        Assert.Equal(frame, IndexOfMax(explanation.IntegratedGradients!));
        var regions = Assert.Single(explanation.Regions);
        Assert.Equal(("flat", Cells, Cells), (regions.Layer, regions.Height, regions.Width));
        Assert.Equal(1, regions.Strength(frame));
        Assert.All(Enumerable.Range(0, BrightQuadrant.Frames).Where(other => other != frame), other => Assert.True(regions.Strength(other) < 0.1));
        for (var row = 0; row < Cells; row++)
        {
            for (var column = 0; column < Cells; column++)
            {
                var inside = row / (Cells / 2) == quadrant / 2 && column / (Cells / 2) == quadrant % 2;
                Assert.True(inside ? regions.At(frame, row, column) == 1 : regions.At(frame, row, column) < 0.1, $"cell {row}, {column}");
            }
        }
        Assert.Empty(explanation.Remarks);
    }

    [Fact]
    public async Task Integrated_gradients_add_up_and_equal_frames_get_equal_parts()
    {
        var bundle = BrightQuadrant.Write(_folder["model"]);
        var explanation = await ExplainAsync(bundle, frame: 2, quadrant: 3);

        var parts = explanation.IntegratedGradients!;
        Assert.Equal(0, explanation.Completeness!.Value, 1e-5);
        // The model takes the mean of the frames, so a clip of means has the clip's own probability: what one frame adds, the others take away.
        Assert.Equal(0, parts.Sum(), 1e-5);
        foreach (var other in Enumerable.Range(0, BrightQuadrant.Frames).Where(frame => frame != 2))
            Assert.Equal(-parts[2] / (BrightQuadrant.Frames - 1), parts[other], 1e-5);
    }

    [Fact]
    public async Task The_curve_ends_at_the_prediction_and_turns_where_the_planted_frame_comes()
    {
        var explanation = await ExplainAsync(BrightQuadrant.Write(_folder["model"]), frame: 3, quadrant: 0);

        Assert.Equal(explanation.Computed, explanation.Curve[^1]);
        Assert.All(explanation.Curve.Take(3), before => Assert.True(before.Covid < 0.2));
        Assert.True(explanation.Curve[3].Covid > 0.5);
    }

    [Fact]
    public async Task A_head_without_a_gradient_is_explained_by_replacement_alone_and_says_so()
    {
        var explanation = await ExplainAsync(BrightQuadrant.Write(_folder["model"], foreign: true), frame: 4, quadrant: 1);

        Assert.Equal(4, IndexOfMax(explanation.Replacement));
        Assert.Null(explanation.IntegratedGradients);
        Assert.Empty(explanation.Regions);
        Assert.Contains("Elu", Assert.Single(explanation.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_variant_and_other_probabilities_are_remarked_on()
    {
        var bundle = BrightQuadrant.Write(_folder["model"]);
        using var model = await ExplainedModel.OpenAsync(bundle, BundleVariant.Fp32, new InferenceOptions());
        var subject = BrightQuadrant.Subject(bundle, new(0.1, 0.8, 0.1)) with { Variant = BundleVariant.Fp16 };

        var explanation = await model.ExplainAsync(subject, BrightQuadrant.Clip(1, 1), Cancellation);

        Assert.Equal(BundleVariant.Fp32, ExplainedModel.VariantFor(bundle, BundleVariant.Fp16));
        Assert.Equal(Diagnosis.Pneumonia, explanation.Class);
        Assert.Contains(explanation.Remarks, remark => remark.Contains("variant fp16", StringComparison.Ordinal));
        Assert.Contains(explanation.Remarks, remark => remark.Contains("differ from the stored ones", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Heat_maps_are_pictures_of_the_frames_size_that_hide_nothing_where_nothing_speaks_for_the_class()
    {
        var explanation = await ExplainAsync(BrightQuadrant.Write(_folder["model"]), frame: 1, quadrant: 0);
        var regions = explanation.Regions[0];

        var heat = Png.Read(regions.HeatPng(1));

        Assert.Equal((BrightQuadrant.Side, BrightQuadrant.Side), (heat.Width, heat.Height));
        Assert.Equal(255, heat.Pixels[(4 * BrightQuadrant.Side) + 4]);
        Assert.True(heat.Pixels[^1] < 30);
        Assert.Equal(0, heat.Chunks["tRNS"][0]);
        var overlay = Png.Read(regions.OverlayPng(1, explanation.Frames.Shown(1)));
        Assert.Equal(2, overlay.ColourType);
    }

    private static async Task<ClipExplanation> ExplainAsync(Bundle bundle, int frame, int quadrant)
    {
        using var model = await ExplainedModel.OpenAsync(bundle, BundleVariant.Fp32, new InferenceOptions());
        var frames = BrightQuadrant.Clip(frame, quadrant);
        var first = await model.ExplainAsync(BrightQuadrant.Subject(bundle, new(1, 0, 0)), frames, Cancellation);
        return await model.ExplainAsync(BrightQuadrant.Subject(bundle, first.Computed), frames, Cancellation);
    }

    private static int IndexOfMax(IReadOnlyList<double> values) => Enumerable.Range(0, values.Count).MaxBy(i => values[i]);
}
