using LusPipeline.Hosting.Status;
using LusPipeline.Ledger.Results;
using LusPipeline.Web.Api;
using LusPipeline.Web.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusPipeline.UnitTests.Web;

/// <summary>A list that is not whole says so.</summary>
public sealed class StudiesPageTests
{
    private static readonly StudyPlace Place = new(new(2026, 1, 31, 8, 30, 0, DateTimeKind.Utc), Guid.Empty);

    [Fact]
    public async Task A_list_that_came_slowly_says_where_it_ends()
    {
        var html = await RenderAsync(new() { Status = "done" });

        Assert.Contains("The ledger is slow at this moment. This page ends at", html, StringComparison.Ordinal);
        Assert.Contains(">Older</a>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_that_took_long_says_how_far_back_it_came()
    {
        var html = await RenderAsync(new() { Uncertain = "true" });

        Assert.Contains("Searched back to", html, StringComparison.Ordinal);
        Assert.Contains(">Search further back</a>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_that_looked_for_a_whole_name_only_says_so() =>
        Assert.Contains("only studies of just this name", await RenderAsync(new() { Name = "p" }, StudyPlace.Beginning), StringComparison.Ordinal);

    private static async Task<string> RenderAsync(StudyQuery query, StudyPlace? next = null)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<StudiesPage>(ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(StudiesPage.Query)] = query,
            [nameof(StudiesPage.Found)] = new StudyPage([], next ?? Place, true),
            [nameof(StudiesPage.Status)] = new PipelineStatus(new(Place.FirstSeenAt, [], 0, 0, true, 0, null, []), new(null, null)),
        }))).ToHtmlString());
    }
}
