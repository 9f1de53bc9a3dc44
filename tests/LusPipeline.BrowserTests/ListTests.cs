using System.Globalization;
using System.Text.Json;
using LusPipeline.Core.Probabilities;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.IntegrationTests.Web;
using Microsoft.Playwright;

namespace LusPipeline.BrowserTests;

/// <summary>The list of studies over both kinds of ledger, in a browser.</summary>
public sealed class ListTests(Browser browser, TestServers servers)
{
    [Theory]
    [InlineData(LedgerKind.Sqlite)]
    [InlineData(LedgerKind.Postgres)]
    public async Task Pages_of_the_list_have_every_study_once_with_its_numbers(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        var worker = await shared.JoinAsync();
        for (var index = 0; index < 60; index++)
        {
            var covid = index / 100.0;
            await worker.FinishAsync(await shared.ArriveAsync($"p{index:00}/a.mp4", $"{index}"), new ClassProbabilities(covid, 0.9 - covid, 0.1));
            shared.Clock.Move(1);
        }
        await using var served = await ServedLedger.StartAsync(shared);
        var expected = await AllAsync(served);
        Assert.Equal(60, expected.Count);

        await using var page = await browser.OpenAsync(served.Address);
        await page.GoAsync("/?limit=25");
        var shown = new Dictionary<string, string>();
        while (true)
        {
            foreach (var row in await page.Page.Locator(".studies tbody tr").AllAsync())
            {
                var name = (await row.GetByRole(AriaRole.Rowheader).InnerTextAsync()).Trim();
                shown.Add(name, $"{(await row.Locator(".verdict").InnerTextAsync()).Trim()} {(await row.Locator(".top-share").InnerTextAsync()).Trim()}");
            }
            var older = page.Page.GetByRole(AriaRole.Link, new() { Name = "Older" });
            if (await older.CountAsync() == 0)
                break;
            await older.ClickAsync();
        }
        Assert.Equal(expected, shown);
        Assert.Equal(shown.Keys.OrderDescending(), shown.Keys);
        await page.CheckAccessAsync();
    }

    [Theory]
    [InlineData(LedgerKind.Sqlite)]
    [InlineData(LedgerKind.Postgres)]
    public async Task The_list_follows_the_work(LedgerKind kind)
    {
        using var shared = await SharedLedger.StartAsync(servers, kind);
        await shared.ArriveAsync("first/a.mp4", "1");
        await using var served = await ServedLedger.StartAsync(shared);
        await using var page = await browser.OpenAsync(served.Address);
        await page.GoAsync("/");
        await Assertions.Expect(page.Page.Locator(".studies tbody tr")).ToHaveCountAsync(1);
        // The page has asked once how the work stands.
        await page.Page.WaitForResponseAsync("**/api/v1/status");

        await shared.ArriveAsync("second/a.mp4", "2");

        await Assertions.Expect(page.Page.Locator(".studies tbody tr")).ToHaveCountAsync(2, new() { Timeout = 20_000 });
        await Assertions.Expect(page.Page.Locator("[data-status-text]")).ToContainTextAsync("2 studies open");
    }

    private static async Task<Dictionary<string, string>> AllAsync(ServedLedger served) => (await served.JsonAsync("/api/v1/studies?limit=200")).GetProperty("studies").EnumerateArray()
        .Select(study => study.GetProperty("result")).ToDictionary(result => result.GetProperty("study").GetString()!, Text);

    private static string Text(JsonElement result)
    {
        var diagnosis = result.GetProperty("diagnosis").GetString()!;
        return string.Create(CultureInfo.InvariantCulture, $"{diagnosis} {result.GetProperty("probabilities").GetProperty(diagnosis).GetDouble():0.000}");
    }
}
