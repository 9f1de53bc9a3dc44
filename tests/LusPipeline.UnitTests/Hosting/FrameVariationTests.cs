using LusPipeline.Hosting.Offline;

namespace LusPipeline.UnitTests.Hosting;

public sealed class FrameVariationTests
{
    private const int Height = 4;
    private const int Width = 6;
    private const int FrameBytes = Height * Width * 3;

    private static readonly FrameVariation None = new() { Phase = 1, Mirrored = false, Part = 1, Place = (0, 0), Gain = 1, Gamma = 1 };

    [Fact]
    public void Without_a_change_the_middle_frames_stay_as_they_are()
    {
        var cut = Cut(frames: 2);

        var clip = None.Apply(cut, Height, Width);

        Assert.Equal([.. cut.AsSpan(FrameBytes, FrameBytes), .. cut.AsSpan(4 * FrameBytes, FrameBytes)], clip);
    }

    [Fact]
    public void A_mirrored_clip_has_its_columns_in_reverse()
    {
        var cut = Cut(frames: 1);

        var clip = (None with { Mirrored = true }).Apply(cut, Height, Width);

        for (var row = 0; row < Height; row++)
        {
            for (var column = 0; column < Width; column++)
                Assert.Equal(cut.AsSpan(FrameBytes + (((row * Width) + Width - 1 - column) * 3), 3), clip.AsSpan(((row * Width) + column) * 3, 3));
        }
    }

    [Fact]
    public void Gain_and_gamma_change_the_tones_and_stay_in_range()
    {
        byte[] cut = [.. Enumerable.Repeat((byte)64, FrameBytes), .. Enumerable.Repeat((byte)128, FrameBytes), .. Enumerable.Repeat((byte)250, FrameBytes)];

        Assert.All((None with { Gain = 1.1 }).Apply(cut, Height, Width), tone => Assert.Equal(141, tone));
        Assert.All((None with { Gamma = 2 }).Apply(cut, Height, Width), tone => Assert.Equal(64, tone));
        Assert.All((None with { Phase = 2, Gain = 1.15 }).Apply(cut, Height, Width), tone => Assert.Equal(255, tone));
    }

    [Fact]
    public void A_part_is_a_window_at_its_place()
    {
        // A picture whose tone is the column, so that half of the width at its end begins in the middle.
        var frame = Enumerable.Range(0, FrameBytes).Select(at => (byte)(at / 3 % Width * 10)).ToArray();
        byte[] cut = [.. frame, .. frame, .. frame];

        var clip = (None with { Part = 0.5, Place = (1, 0) }).Apply(cut, Height, Width);

        Assert.Equal([28, 32, 38, 42, 48, 50], Enumerable.Range(0, Width).Select(column => (int)clip[column * 3]));
    }

    [Fact]
    public void A_seed_and_a_video_give_one_variation_and_all_kinds_occur()
    {
        var drawn = Enumerable.Range(0, 100).Select(video => FrameVariation.Draw(1, $"cov/{video}")).ToArray();

        Assert.Equal(drawn[7], FrameVariation.Draw(1, "cov/7"));
        Assert.NotEqual(drawn[7], FrameVariation.Draw(2, "cov/7"));
        Assert.InRange(drawn.Count(one => one.Mirrored), 30, 70);
        Assert.Equal([0, 1, 2], drawn.Select(one => one.Phase).Distinct().Order());
        Assert.All(drawn, one => Assert.True(one is { Part: >= 0.85 and <= 1, Gain: >= 0.86 and <= 1.16, Gamma: >= 0.79 and <= 1.26 }));
    }

    private static byte[] Cut(int frames)
    {
        var cut = new byte[FrameVariation.Phases * frames * FrameBytes];
        new Random(1).NextBytes(cut);
        return cut;
    }
}
