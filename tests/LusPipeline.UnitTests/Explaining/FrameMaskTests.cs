using LusPipeline.Explaining.Pictures;

namespace LusPipeline.UnitTests.Explaining;

public sealed class FrameMaskTests
{
    [Fact]
    public void One_percentage_is_for_all_sides_and_four_go_clockwise_from_the_top()
    {
        Assert.Equal(new FrameMask(0.08, 0.08, 0.08, 0.08), FrameMask.Parse("8%"));
        Assert.Equal(new FrameMask(0.1, 0, 0.025, 0.2), FrameMask.Parse("10% 0 2.5% 20"));
        Assert.True(FrameMask.Parse(" ").IsNone);
    }

    [Theory]
    [InlineData("50%")]
    [InlineData("-1")]
    [InlineData("1 2 3")]
    [InlineData("top")]
    public void Anything_else_is_an_error_that_shows_how(string text) =>
        Assert.Contains("'10% 0 0 5%'", Assert.Throws<FormatException>(() => FrameMask.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_border_is_black_and_the_rest_untouched()
    {
        var pixels = Enumerable.Repeat((byte)9, 4 * 10 * 3).ToArray();

        new FrameMask(0.25, 0.1, 0, 0.2).Paint(pixels, 4, 10);

        for (var row = 0; row < 4; row++)
        {
            for (var column = 0; column < 10; column++)
                Assert.Equal(row == 0 || column is < 2 or 9 ? 0 : 9, pixels[((row * 10) + column) * 3]);
        }
    }
}
