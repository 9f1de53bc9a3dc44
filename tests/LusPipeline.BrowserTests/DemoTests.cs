using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace LusPipeline.BrowserTests;

/// <summary>The pages of <c>lus serve</c> over what <c>lus demo</c> made, in a browser.</summary>
public sealed class DemoTests(Browser browser, DemoHome demo)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_study_has_the_numbers_of_lus_show()
    {
        await using var page = await browser.OpenAsync(await demo.AddressAsync());
        await page.GoAsync("/");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "phantom-a-lines" }).ClickAsync();
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("phantom-a-lines");

        var lines = (await DemoHome.LusAsync("show", "phantom-a-lines", "--format", "json", "--home", demo.Home)).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        foreach (var video in lines.Where(line => line.GetProperty("kind").GetString() == "video"))
        {
            var row = page.Page.GetByRole(AriaRole.Row).Filter(new() { Has = page.Page.GetByRole(AriaRole.Rowheader, new() { Name = video.GetProperty("video").GetString() }) }).First;
            var cells = await row.GetByRole(AriaRole.Cell).AllInnerTextsAsync();
            Assert.Equal(
                [Share(video, "covid"), Share(video, "pneumonia"), Share(video, "healthy"), Number(video.GetProperty("spread"))], cells.Skip(2).Take(4).Select(cell => cell.Trim()));
            Assert.StartsWith(video.GetProperty("diagnosis").GetString()!, cells[0].Trim(), StringComparison.Ordinal);
        }
        var study = lines[^1];
        foreach (var name in new[] { "covid", "pneumonia", "healthy" })
            await Assertions.Expect(page.Page.Locator(".summary .shares")).ToContainTextAsync(Share(study, name));
        await Assertions.Expect(page.Page.Locator(".waterfall tbody tr").First).ToContainTextAsync("study seen");
    }

    [Fact]
    public async Task Filters_leave_what_meets_them()
    {
        await using var page = await browser.OpenAsync(await demo.AddressAsync());
        await page.GoAsync("/");
        await page.Page.GetByLabel("Name").FillAsync("B-LINES");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        Assert.Equal(["phantom-b-lines"], await page.Page.Locator(".studies tbody th").AllInnerTextsAsync());

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Clear" }).ClickAsync();
        await page.Page.GetByLabel("Certainty").SelectOptionAsync("uncertain");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        var rows = await page.Page.Locator(".studies tbody tr").AllInnerTextsAsync();
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Contains("uncertain", row, StringComparison.Ordinal));
        await Assertions.Expect(page.Page.GetByLabel("Certainty")).ToHaveValueAsync("true");
    }

    [Fact]
    public async Task A_film_plays_stops_and_seeks_by_keys()
    {
        await using var page = await browser.OpenAsync(await demo.AddressAsync());
        await page.GoAsync(await VideoAsync("phantom-a-lines", "left-anterior.mp4"));
        var film = page.Page.Locator("[data-film][data-ready=yes]");
        await Assertions.Expect(film).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(film.Locator(".strip li")).ToHaveCountAsync(20);
        await page.WaitForPicturesAsync(".picture img");

        var seek = film.Locator("[data-seek]");
        await film.GetByRole(AriaRole.Button, new() { Name = "Play" }).ClickAsync();
        await Assertions.Expect(seek).Not.ToHaveValueAsync("0");
        await film.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await seek.FocusAsync();
        await page.Page.Keyboard.PressAsync("Home");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(film.Locator("[data-number]")).ToHaveTextAsync("3");
        await Assertions.Expect(film.Locator("[data-frame]")).ToHaveAttributeAsync("src", new Regex("/frames/2$"));
        await Assertions.Expect(film.Locator("[data-heat]")).ToHaveAttributeAsync("src", new Regex("/regions/0/2$"));
        await Assertions.Expect(film.Locator(".strip li.shown")).ToHaveAttributeAsync("data-cell", "2");

        await film.Locator("[data-opacity]").FocusAsync();
        await page.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(film.Locator("[data-heat]")).ToHaveCSSAsync("opacity", "0");
        await film.Locator(".strip li").Nth(19).ClickAsync();
        await Assertions.Expect(film.Locator("[data-number]")).ToHaveTextAsync("20");
        await page.CheckAccessAsync();
    }

    [Fact]
    public async Task Without_JavaScript_everything_is_there()
    {
        await using var page = await browser.OpenAsync(await demo.AddressAsync(), javaScript: false);
        await page.GoAsync(await VideoAsync("phantom-windows", "right-posterior.mp4"));
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "The frames that the model saw" }).ClickAsync(new() { Timeout = 60_000 });

        await Assertions.Expect(page.Page.Locator(".strip img")).ToHaveCountAsync(20);
        await Assertions.Expect(page.Page.Locator("[data-controls]")).ToBeHiddenAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Clip 1" }).ClickAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Clip 1 of right-posterior.mp4");
    }

    [Fact]
    public async Task Earlier_results_and_reasons_stand_beside_the_newest()
    {
        await using var page = await browser.OpenAsync(await demo.AddressAsync());
        await page.GoAsync(await StudyAsync("phantom-windows"));

        await Assertions.Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Earlier results" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Page.GetByText("The file is not a video.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_keyboard_reaches_a_study()
    {
        await using var page = await browser.OpenAsync(await demo.AddressAsync());
        await page.GoAsync("/");
        await page.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" })).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator("main")).ToBeFocusedAsync();
        var reached = false;
        // The parts of a date are stops of their own.
        for (var press = 0; press < 40 && !reached; press++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            reached = await page.Page.EvaluateAsync<bool>("document.activeElement.matches('.studies th a')");
        }
        Assert.True(reached);
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page).ToHaveURLAsync(new Regex("/studies/[0-9a-f-]+$"));
    }

    [Theory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task Every_page_is_accessible_and_fits_its_window(int width, bool dark)
    {
        var study = await StudyAsync("phantom-windows");
        var video = await VideoAsync("phantom-windows", "right-posterior.mp4");
        await using var page = await browser.OpenAsync(await demo.AddressAsync(), width, 844, dark);
        foreach (var path in new[] { "/", "/?uncertain=true&name=zzz", study, video, $"{video}/clips/1", "/operations", "/models" })
        {
            await page.GoAsync(path);
            if (path == video)
                await Assertions.Expect(page.Page.Locator("[data-film][data-ready=yes]")).ToBeVisibleAsync(new() { Timeout = 60_000 });
            foreach (var closed in await page.Page.Locator("details:not([open]) > summary").AllAsync())
                await closed.ClickAsync();
            await page.CheckAccessAsync();
            await page.CheckWidthAsync();
        }
    }

    /// <summary>With <c>LUS_RENEW=1</c> the pictures of the documentation are made anew; without it, this test only sees that it could.</summary>
    [Fact]
    public async Task Pictures_of_each_page_are_made()
    {
        var folder = Environment.GetEnvironmentVariable("LUS_RENEW") == "1" ? Path.Combine(Repository(), "docs", "using", "pictures") : null;
        var video = await VideoAsync("phantom-a-lines", "left-anterior.mp4");
        await using var page = await browser.OpenAsync(await demo.AddressAsync(), height: 800);
        foreach (var (name, path, height) in new[]
        {
            ("studies", "/", 640), ("study", await StudyAsync("phantom-a-lines"), 1000), ("video", video, 1180), ("windows", await VideoAsync("phantom-windows", "right-posterior.mp4"), 800),
            ("operations", "/operations", 620), ("models", "/models", 1000),
        })
        {
            await page.Page.SetViewportSizeAsync(1280, height);
            await page.GoAsync(path);
            if (name is "video" or "windows")
            {
                await Assertions.Expect(page.Page.Locator("[data-film][data-ready=yes]")).ToBeVisibleAsync(new() { Timeout = 60_000 });
                await page.Page.Locator(".strip li").Nth(9).ClickAsync();
                await page.WaitForPicturesAsync(".film img");
            }
            if (name == "windows")
                await page.Page.Locator("#clips").ScrollIntoViewIfNeededAsync();
            var picture = await page.Page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled });
            Assert.True(picture.Length > 10_000, $"{name} has {picture.Length} bytes.");
            if (folder is not null)
                await File.WriteAllBytesAsync(Path.Combine(folder, $"browser-{name}.png"), picture, Cancellation);
        }
    }

    private async Task<JsonElement> JsonAsync(string path)
    {
        using var client = new HttpClient { BaseAddress = await demo.AddressAsync() };
        return await client.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative), Cancellation);
    }

    private async Task<string> StudyAsync(string name) => "/studies/" + (await JsonAsync($"/api/v1/studies?name={name}")).GetProperty("studies").EnumerateArray()
        .First(study => study.GetProperty("result").GetProperty("study").GetString() == name).GetProperty("id").GetString();

    private async Task<string> VideoAsync(string study, string name) => "/videos/" + (await JsonAsync("/api/v1" + await StudyAsync(study))).GetProperty("videos").EnumerateArray()
        .First(video => video.GetProperty("result").GetProperty("video").GetString() == name).GetProperty("id").GetString();

    private static string Share(JsonElement line, string name) => Number(line.GetProperty("probabilities").GetProperty(name));

    private static string Number(JsonElement number) => number.GetDouble().ToString("0.000", CultureInfo.InvariantCulture);

    private static string Repository([System.Runtime.CompilerServices.CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", ".."));
}
