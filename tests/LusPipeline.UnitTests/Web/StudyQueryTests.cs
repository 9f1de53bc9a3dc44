using LusPipeline.Ledger.Results;
using LusPipeline.Web.Api;

namespace LusPipeline.UnitTests.Web;

public sealed class StudyQueryTests
{
    private static readonly DateTime Now = new(2026, 11, 29, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_day_counts_whole()
    {
        var (search, _, _) = new StudyQuery { Since = "2026-01-30", Until = "2026-01-31" }.Parse(Now, names: true, out var error);

        Assert.Null(error);
        Assert.Equal((new DateTime(2026, 1, 30), new DateTime(2026, 2, 1)), (search.Since!.Value, search.Until!.Value));
    }

    [Fact]
    public void An_age_counts_back_from_now()
    {
        var (search, _, _) = new StudyQuery { Since = "12h" }.Parse(Now, names: true, out _);

        Assert.Equal(Now.AddHours(-12), search.Since);
    }

    [Fact]
    public void Empty_fields_of_a_form_choose_nothing()
    {
        var query = new StudyQuery { Since = "", Until = "", Status = "", Diagnosis = "", Uncertain = "", Model = "", Name = " ", After = "", Limit = "" };
        var (search, after, size) = query.Parse(Now, names: true, out var error);

        Assert.Null(error);
        Assert.Equal((new StudySearch(), null, StudyQuery.DefaultSize), (search, after, size));
    }

    [Fact]
    public void All_that_is_wrong_is_said()
    {
        new StudyQuery { Status = "x", Diagnosis = "y", Uncertain = "z", Limit = "0", After = "w" }.Parse(Now, names: true, out var error);

        foreach (var key in new[] { "'status'", "'diagnosis'", "'uncertain'", "'limit'", "'after'" })
            Assert.Contains(key, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_comes_back_from_its_link()
    {
        var place = new StudyPlace(Now.AddTicks(1234567), Guid.NewGuid());
        var link = new StudyQuery { Name = "a&b=c #1", Status = "done" }.With(place);

        Assert.StartsWith("?status=done&name=a%26b%3Dc%20%231&after=", link, StringComparison.Ordinal);
        Assert.True(PlaceText.TryParse(link[(link.LastIndexOf('=') + 1)..], out var back));
        Assert.Equal(place, back);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("ffffffffffffffff00000000000000000000000000000000")]
    [InlineData("08de00000000000000000000000000000000000000000000x")]
    [InlineData(" 8de0000000000000000000000000000000000000000000000")]
    public void Another_text_is_no_place(string text) => Assert.False(PlaceText.TryParse(text, out _));
}
