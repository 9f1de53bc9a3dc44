using LusPipeline.Cli.Demo;

namespace LusPipeline.UnitTests.Cli.Demo;

public sealed class PhantomTests
{
    public static TheoryData<string> Kinds => [.. Enum.GetNames<PhantomKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_frame_is_a_bright_enough_sector_on_black(string kind)
    {
        var image = Frame(kind, seed: 1, frame: 0);

        Assert.Equal(0, image[0]);
        Assert.Equal(0, image[^1]);
        Assert.InRange(Mean(image), 15, 120);
        Assert.InRange(image.Max(), 200, 255);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_seed_draws_the_same_and_another_draws_another(string kind)
    {
        Assert.Equal(Frame(kind, seed: 1, frame: 3), Frame(kind, seed: 1, frame: 3));
        Assert.NotEqual(Frame(kind, seed: 1, frame: 3), Frame(kind, seed: 2, frame: 3));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_picture_moves_a_little_from_frame_to_frame(string kind)
    {
        var (first, second) = (Frame(kind, seed: 1, frame: 0), Frame(kind, seed: 1, frame: 1));

        Assert.InRange(first.Zip(second, (a, b) => Math.Abs(a - b)).Average(), 0.1, 12);
    }

    [Fact]
    public void Kinds_differ_below_the_pleura()
    {
        // B-lines reach the bottom, A-lines and air do not.
        Assert.True(LowerHalf(nameof(PhantomKind.BLines)) > 1.5 * LowerHalf(nameof(PhantomKind.ALines)));
        Assert.True(LowerHalf(nameof(PhantomKind.Consolidation)) > 1.2 * LowerHalf(nameof(PhantomKind.ALines)));

        static double LowerHalf(string kind) => Enumerable.Range(1, 5).Average(seed => Mean(Frame(kind, seed, 0).AsSpan(160 * 60).ToArray()));
    }

    [Fact]
    public void The_demo_has_several_studies_codecs_sizes_and_all_kinds()
    {
        Assert.InRange(PhantomVideos.All.Count, 6, 12);
        Assert.Equal(PhantomVideos.All.Count, PhantomVideos.All.Select(video => video.Key).Distinct().Count());
        Assert.Equal(PhantomVideos.All.Count, PhantomVideos.All.Select(video => video.Seed).Distinct().Count());
        Assert.InRange(PhantomVideos.All.Select(video => video.Key.Split('/')[0]).Distinct().Count(), 3, 5);
        Assert.Equal(3, PhantomVideos.All.Select(video => video.Kind).Distinct().Count());
        Assert.True(PhantomVideos.All.Select(video => Path.GetExtension(video.Key)).Distinct().Count() >= 5);
        Assert.All(PhantomVideos.All, video => Assert.InRange(video.Frames, 30, 120));
    }

    private static byte[] Frame(string kind, int seed, int frame)
    {
        var phantom = new Phantom(new PhantomVideo("a.mp4", Enum.Parse<PhantomKind>(kind), 160, 120, 10, 25, seed));
        var image = new byte[160 * 120];
        phantom.Draw(frame, image);
        return image;
    }

    private static double Mean(byte[] image) => image.Average(value => (double)value);
}
