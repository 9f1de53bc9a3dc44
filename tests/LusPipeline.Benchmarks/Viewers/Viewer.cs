using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace LusPipeline.Benchmarks.Viewers;

/// <summary>
/// One person before the pages: the newest studies, older ones, those of a day, a search, a study, its video, operations, models. It has a connection of its
/// own, loads what a page loads, and asks for the status as the pages' script does.
/// </summary>
internal sealed partial class Viewer : IDisposable
{
    private static readonly string[] Searches = ["status=open", "status=failed", "diagnosis=covid", "uncertain=true", "diagnosis=healthy&uncertain=false", "model=xception"];

    private readonly HttpClient _client;
    private readonly AnswerTimes _times;
    private readonly TimeSpan _pause;
    private readonly Random _random;
    private readonly HashSet<string> _loaded = [];

    /// <param name="number">Decides where it goes.</param>
    /// <param name="pause">How long it looks at a page, on average.</param>
    public Viewer(int number, ServeProcess served, TimeSpan pause, AnswerTimes times)
    {
        (_times, _pause, _random) = (times, pause, new(number));
        _client = served.Client();
    }

    /// <summary>Goes from page to page until it is told to stop. It ends what it has begun.</summary>
    public async Task WalkAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var page = await LookAsync("studies: newest", "/", stop);
            await OpenStudyAsync(page, stop);
            for (var further = _random.Next(3); further > 0 && Next().Match(page) is { Success: true } next; further--)
                page = await LookAsync("studies: older", WebUtility.HtmlDecode(next.Groups[1].Value), stop);
            await OpenStudyAsync(page, stop);
            var day = DateTime.UtcNow.Date.AddDays(-_random.Next(1, 360)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            await OpenStudyAsync(await LookAsync("studies: a day", $"/?since={day}&until={day}", stop), stop);
            var search = Searches[_random.Next(Searches.Length)];
            await OpenStudyAsync(await LookAsync($"studies: {search}", $"/?{search}", stop), stop);
            await LookAsync("operations", "/operations", stop);
            await LookAsync("models", "/models", stop);
            await AskAsync("API: studies", "/api/v1/studies?limit=50", stop);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task OpenStudyAsync(string list, CancellationToken stop)
    {
        if (Any(Study(), list) is not { } study)
            return;
        var page = await LookAsync("a study", study, stop);
        if (Any(Video(), page) is { } video)
            await LookAsync("a video", video, stop);
    }

    /// <summary>Opens a page with what belongs to it, and looks at it.</summary>
    private async Task<string> LookAsync(string kind, string address, CancellationToken stop)
    {
        var page = await AskAsync(kind, address, stop);
        foreach (var asset in Asset().Matches(page).Select(match => match.Value).Where(_loaded.Add))
            await AskAsync("style, script, icon", asset, stop);
        await AskAsync("API: status", "/api/v1/status", stop);
        if (_pause > TimeSpan.Zero && !stop.IsCancellationRequested)
            await Task.WhenAny(Task.Delay(_pause * (0.5 + _random.NextDouble()), stop));
        return page;
    }

    /// <returns>Empty once it is told to stop, and where no page came.</returns>
    private async Task<string> AskAsync(string kind, string address, CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
            return "";
        var watch = Stopwatch.StartNew();
        try
        {
            using var answer = await _client.GetAsync(new Uri(address, UriKind.Relative), CancellationToken.None);
            var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
            _times.Add(kind, ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture), answer.StatusCode == HttpStatusCode.OK && text.Length > 0, watch.Elapsed);
            return answer.StatusCode == HttpStatusCode.OK ? text : "";
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            _times.Add(kind, fault.GetBaseException().GetType().Name, false, watch.Elapsed);
            return "";
        }
    }

    private string? Any(Regex link, string page)
    {
        var links = link.Matches(page).Select(match => match.Value).ToList();
        return links.Count == 0 ? null : links[_random.Next(links.Count)];
    }

    /// <summary>The address of a study in a page.</summary>
    [GeneratedRegex("(?<=href=\")/studies/[0-9a-f-]{36}(?=\")")]
    public static partial Regex Study();

    /// <summary>The address of a video in a page.</summary>
    [GeneratedRegex("(?<=href=\")/videos/[0-9a-f-]{36}(?=\")")]
    public static partial Regex Video();

    [GeneratedRegex("href=\"([^\"]+)\" rel=\"next\"")]
    private static partial Regex Next();

    [GeneratedRegex("/assets/[0-9a-f]+/[a-z.]+")]
    private static partial Regex Asset();
}
