using Deque.AxeCore.Playwright;
using LusPipeline.BrowserTests;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Browser))]

namespace LusPipeline.BrowserTests;

/// <summary>Chromium of the machine, without a window. It starts when a test first asks; tests are skipped where there is none.</summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> _started = new(StartAsync);

    /// <summary>Opens a page whose errors and requests are watched.</summary>
    /// <param name="width">Width of the window in pixels.</param>
    /// <param name="token">What the pages ask for, if anything.</param>
    public async Task<WatchedPage> OpenAsync(Uri address, int width = 1280, int height = 900, bool dark = false, bool javaScript = true, string? token = null)
    {
        Assert.SkipUnless(Program() is not null, "There is no Chromium: apt-get install chromium.");
        var (_, browser) = await _started.Value;
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = address.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = javaScript,
            ExtraHTTPHeaders = token is null ? [] : [new("Authorization", $"Bearer {token}")],
        });
        return new(context, await context.NewPageAsync(), address);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_started.IsValueCreated)
            return;
        var (playwright, browser) = await _started.Value;
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private static string? Program() => Array.Find(Programs, File.Exists);

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        return (playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program(),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        }));
    }
}

/// <summary>A page of a browser. When it is closed, it has had no error and has asked no other server.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _problems = [];
    private readonly string _origin;

    internal WatchedPage(IBrowserContext context, IPage page, Uri address)
    {
        (_context, Page) = (context, page);
        _origin = address.GetLeftPart(UriPartial.Authority) + "/";
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Note($"console: {message.Text}");
        };
        page.PageError += (_, error) => Note($"script: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(_origin, StringComparison.Ordinal))
                Note($"another server: {request.Url}");
        };
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
                Note($"{response.Status}: {response.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>Goes to a page and waits until it has loaded.</summary>
    public async Task GoAsync(string path) => await Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Load });

    /// <summary>Checks the page by axe: https://github.com/dequelabs/axe-core.</summary>
    public async Task CheckAccessAsync()
    {
        var result = await Page.RunAxe();
        Assert.True(result.Violations.Length == 0, $"{Page.Url}:\n" + string.Join('\n', result.Violations.Select(violation =>
            $"{violation.Id} ({violation.Help}): {string.Join("; ", violation.Nodes.Take(3).Select(node => node.Html))}")));
    }

    /// <summary>Waits until pictures are there. What a page asks of a browser by text, its own rules forbid, so this asks again and again.</summary>
    public async Task WaitForPicturesAsync(string selector)
    {
        foreach (var picture in await Page.Locator(selector).AllAsync())
        {
            await picture.ScrollIntoViewIfNeededAsync();
            await Assertions.Expect(picture).ToHaveJSPropertyAsync("complete", true, new() { Timeout = 30_000 });
            Assert.True(await picture.EvaluateAsync<int>("image => image.naturalWidth") > 0);
        }
        await Page.EvaluateAsync("scrollTo(0, 0)");
    }

    /// <summary>Checks that nothing is wider than the window.</summary>
    public async Task CheckWidthAsync()
    {
        var (inner, whole) = (await Page.EvaluateAsync<int>("innerWidth"), await Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.True(whole <= inner, $"{Page.Url} is {whole} pixels wide in a window of {inner}.");
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        lock (_problems)
            Assert.Empty(_problems);
    }

    private void Note(string problem)
    {
        lock (_problems)
            _problems.Add(problem);
    }
}
