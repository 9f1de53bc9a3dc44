using LusPipeline.Core.Clips;
using LusPipeline.Media.Cutting;

namespace LusPipeline.UnitTests.Ingest;

public class FrameSelectionTests
{
    public static TheoryData<int, int, double, double> Cuts => new()
    {
        { 100, 20, 0, 0 },
        { 2, 20, 0, 0 },
        { 19, 20, 0, 0 },
        { 20_000, 20, 0, 0 },
        { 100, 20, 1, 1 },
        { 1000, 20, 2, 0.5 },
        { 1000, 20, 2, 0.04 },
        { 1000, 20, 0.5, 3 },
        { 997, 7, 1.3, 0.7 },
        { 30, 20, 60, 60 },
    };

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Every_frame_of_every_clip_is_selected_and_the_count_is_known(int decoded, int frames, double window, double stride)
    {
        var plan = window == 0 ? ClipPlan.Whole(frames) : ClipPlan.Windows(frames, TimeSpan.FromSeconds(window), TimeSpan.FromSeconds(stride));
        var cut = plan.Cut(decoded, TimeSpan.FromSeconds(decoded / 25.0));
        var selection = FrameSelection.For(cut);

        var selected = Enumerable.Range(0, (int)selection.CountBelow(decoded)).Select(output => selection.FrameOf(output)).ToList();
        var needed = Enumerable.Range(0, cut.Count)
            .SelectMany(clip => Enumerable.Range(0, cut.Frames).Select(position => (long)cut.FrameAt(clip, position))).Distinct();

        Assert.Empty(needed.Except(selected));
        Assert.Equal(selected.Order().Distinct(), selected);
        Assert.InRange(selected.Last(), 0, decoded - 1);
        Assert.True(selection.FrameOf(selected.Count) >= decoded);
    }

    [Fact]
    public void Frames_are_found_by_comparisons()
    {
        var selection = FrameSelection.For(ClipPlan.Whole(4).Cut(40, null));

        Assert.Equal(
            "select='if(lt(n,25),if(lt(n,15),between(n,5,5),between(n,15,15)),if(lt(n,35),between(n,25,25),between(n,35,35)))'", selection.Filter);
    }

    [Fact]
    public void Neighbours_are_one_term()
    {
        var selection = FrameSelection.For(ClipPlan.Whole(20).Cut(7, null));

        Assert.Equal("select='between(n,0,6)'", selection.Filter);
    }

    [Fact]
    public void Thousands_of_clips_need_no_longer_expression_than_one()
    {
        var plan = ClipPlan.Windows(20, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        var selection = FrameSelection.For(plan.Cut(1_000_000, TimeSpan.FromSeconds(40_000)));

        Assert.InRange(selection.Filter!.Length, 1, 1000);
    }

    [Fact]
    public void A_plan_that_needs_every_frame_has_no_filter()
    {
        var plan = ClipPlan.Windows(20, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1));

        Assert.Null(FrameSelection.For(plan.Cut(1000, TimeSpan.FromSeconds(40))).Filter);
    }

    [Fact]
    public void A_filter_beyond_an_argument_gives_way_to_every_frame()
    {
        var selection = FrameSelection.For(ClipPlan.Whole(20_000).Cut(60_000, null));

        Assert.Null(selection.Filter);
        Assert.Equal(12_345, selection.FrameOf(12_345));
        Assert.Equal(60_000, selection.CountBelow(60_000));
    }
}
