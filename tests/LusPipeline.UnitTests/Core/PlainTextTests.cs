using LusPipeline.Core.Outcomes;

namespace LusPipeline.UnitTests.Core;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("Größe 3 × 4, 肺 🫁", "Größe 3 × 4, 肺 🫁")]
    [InlineData("a\0b\u001b[31m\r\nc", "a?b?[31m??c")]
    [InlineData("right \u202e to left\u2028", "right ? to left?")]
    [InlineData("", "")]
    public void What_a_database_or_a_terminal_could_not_take_is_a_question_mark(string text, string clean) =>
        Assert.Equal(clean, PlainText.Clean(text, 100));

    [Fact]
    public void Half_of_a_pair_is_a_question_mark() =>
        Assert.Equal("half ? of a pair ?", PlainText.Clean("half \ud83e of a pair \udec1", 100));

    [Fact]
    public void A_long_text_is_cut_between_characters()
    {
        Assert.Equal("ab", PlainText.Clean("abc", 2));
        Assert.Equal("a", PlainText.Clean("a🫁", 2));
        Assert.Equal("a🫁", PlainText.Clean("a🫁b", 3));
    }
}
