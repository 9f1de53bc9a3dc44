using LusPipeline.Ledger.Results;
using LusPipeline.UnitTests.Ledger;
using Microsoft.Extensions.Time.Testing;

namespace LusPipeline.UnitTests.Web;

/// <summary>A search that looks at much stops after a while and says where.</summary>
public sealed class StudyPagesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(null)]
    public async Task A_page_that_takes_long_goes_on_where_it_stopped(bool? uncertain)
    {
        using var bench = await LedgerBench.StartAsync();
        for (var index = 0; index < 120; index++)
        {
            await bench.SeeAsync($"p{index}/a.mp4");
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        var pages = new StudyPages(bench.Open, new HastyClock());
        var search = new StudySearch { Uncertain = uncertain };

        var (found, place, looked) = (new List<string>(), (StudyPlace?)null, 0);
        do
        {
            var page = await pages.ReadAsync(search, place, 50, Cancellation);
            Assert.Equal(page.Next is not null, page.Cut);
            Assert.True(page.Next is null || place is null || page.Next.FirstSeenAt < place.FirstSeenAt);
            found.AddRange(page.Studies.Select(study => study.Study));
            (place, looked) = (page.Next, looked + 1);
        }
        while (place is not null && looked < 20);
        Assert.InRange(looked, 12, 13);
        Assert.Equal(uncertain is null ? Enumerable.Range(0, 120).Reverse().Select(index => $"p{index}") : [], found);
    }

    [Fact]
    public async Task A_page_of_one_study_is_followed_by_the_others_whose_name_has_the_text()
    {
        using var bench = await LedgerBench.StartAsync();
        foreach (var name in new[] { "p", "p1", "p2" })
        {
            await bench.SeeAsync($"{name}/a.mp4");
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        var (pages, found) = (new StudyPages(bench.Open, new FakeTimeProvider()), new List<string>());

        for (var page = await pages.ReadAsync(new() { Name = "p" }, null, 1, Cancellation); ; page = await pages.ReadAsync(new() { Name = "p" }, page.Next, 1, Cancellation))
        {
            found.AddRange(page.Studies.Select(study => study.Study));
            if (page.Next is null)
                break;
        }
        Assert.Equal(["p", "p2", "p1"], found);
    }

    [Fact]
    public async Task A_study_of_the_whole_name_is_found_at_once_and_comes_once()
    {
        using var bench = await LedgerBench.StartAsync();
        await bench.SeeAsync("p/a.mp4");
        for (var index = 0; index < 60; index++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await bench.SeeAsync($"p{index}/a.mp4");
        }
        var pages = new StudyPages(bench.Open, new FakeTimeProvider());

        var first = await pages.ReadAsync(new() { Name = "p" }, null, 40, Cancellation);
        var second = await pages.ReadAsync(new() { Name = "p" }, first.Next, 40, Cancellation);

        Assert.Equal(("p", "p59", 40), (first.Studies[0].Study, first.Studies[1].Study, first.Studies.Count));
        Assert.Equal(61, first.Studies.Concat(second.Studies).Select(study => study.Study).Distinct().Count());
        Assert.Equal((21, null), (second.Studies.Count, second.Next));
    }

    /// <summary>Each look at it is a second later.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }
}
