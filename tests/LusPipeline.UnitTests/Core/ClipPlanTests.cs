using LusPipeline.Core.Clips;

namespace LusPipeline.UnitTests.Core;

public sealed class ClipPlanTests
{
    private static int[] Frames(ClipCut cut, int clip) => [.. Enumerable.Range(0, cut.Frames).Select(i => cut.FrameAt(clip, i))];

    [Fact]
    public void Whole_spreads_frames_by_the_papers_formula()
    {
        var cut = ClipPlan.Whole(5).Cut(100, null);

        Assert.Equal(1, cut.Count);
        Assert.Equal([10, 30, 50, 70, 90], Frames(cut, 0));
    }

    [Fact]
    public void Whole_repeats_frames_of_a_video_shorter_than_the_clip()
    {
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], Frames(ClipPlan.Whole(10).Cut(2, null), 0));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(438)]
    [InlineData(int.MaxValue)]
    public void Every_frame_of_a_plan_exists_and_none_goes_back(int frames)
    {
        var chosen = Frames(ClipPlan.Whole(20).Cut(frames, TimeSpan.FromSeconds(3)), 0);

        Assert.All(chosen, frame => Assert.InRange(frame, 0, frames - 1));
        Assert.Equal(chosen.Order(), chosen);
    }

    [Fact]
    public void Windows_follow_the_rate_of_the_video()
    {
        // 250 frames in 10 s: 25 a second, windows of 50 frames every 25.
        var cut = ClipPlan.Windows(2, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)).Cut(250, TimeSpan.FromSeconds(10));

        Assert.Equal((50, 25L, 9), (cut.Width, cut.Step, cut.Count));
        Assert.Equal([12, 37], Frames(cut, 0));
        Assert.Equal([212, 237], Frames(cut, 8));
    }

    [Fact]
    public void Windows_round_halves_up_and_never_fall_below_two_frames_and_a_step_of_one()
    {
        var cut = ClipPlan.Windows(4, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)).Cut(100, TimeSpan.FromSeconds(10));
        Assert.Equal((2, 1L, 99), (cut.Width, cut.Step, cut.Count));

        // 10 frames a second · 0.25 s = 2.5
        Assert.Equal(3, ClipPlan.Windows(4, TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(1)).Cut(100, TimeSpan.FromSeconds(10)).Width);
    }

    [Fact]
    public void A_window_longer_than_the_video_is_one_clip_over_all_of_it()
    {
        var cut = ClipPlan.Windows(4, TimeSpan.FromHours(20), TimeSpan.FromHours(20)).Cut(8, TimeSpan.FromSeconds(1));

        Assert.Equal(1, cut.Count);
        Assert.Equal([1, 3, 5, 7], Frames(cut, 0));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    public void A_video_without_a_duration_counts_as_25_frames_a_second(long? ticks)
    {
        var cut = ClipPlan.Windows(4, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2))
            .Cut(100, ticks is { } known ? TimeSpan.FromTicks(known) : null);

        Assert.Equal((50, 50L, 2), (cut.Width, cut.Step, cut.Count));
    }

    [Fact]
    public void Extreme_times_neither_overflow_nor_give_frames_outside_the_video()
    {
        var cut = ClipPlan.Windows(20, TimeSpan.MaxValue, TimeSpan.FromTicks(1)).Cut(20_000, TimeSpan.FromTicks(1));

        Assert.Equal(1, cut.Count);
        Assert.Equal(19_500, cut.FrameAt(0, 19));
    }

    [Fact]
    public void One_frame_is_no_video() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ClipPlan.Whole(20).Cut(1, null));

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(1, -1, 1)]
    [InlineData(1, 1, -1)]
    public void A_plan_needs_frames_a_window_and_a_stride(int frames, long window, long stride)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ClipPlan.Windows(frames, TimeSpan.FromTicks(window), TimeSpan.FromTicks(stride)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClipPlan.Whole(0));
    }

    [Fact]
    public void A_plan_comes_back_from_what_the_ledger_stores()
    {
        var plan = ClipPlan.Windows(20, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));

        Assert.Equal(plan, ClipPlan.From(plan.Kind, plan.Frames, plan.Window, plan.Stride));
        Assert.Equal(ClipPlan.Whole(20), ClipPlan.From(ClipPlan.WholeKind, 20, TimeSpan.Zero, TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => ClipPlan.From("half", 20, TimeSpan.Zero, TimeSpan.Zero));
    }
}
