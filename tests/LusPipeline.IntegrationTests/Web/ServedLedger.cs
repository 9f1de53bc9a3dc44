using System.Text.Json;
using LusPipeline.Explaining;
using LusPipeline.Hosting.Settings;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Status;
using LusPipeline.Web;

namespace LusPipeline.IntegrationTests.Web;

/// <summary>The pages of <c>lus serve</c> over a ledger, at a port of their own, and a client that follows no link and decodes nothing.</summary>
internal sealed class ServedLedger : IAsyncDisposable
{
    private readonly WebServer _server;
    private readonly SocketsHttpHandler _handler = new() { UseProxy = false, AllowAutoRedirect = false };

    private ServedLedger(WebServer server)
    {
        _server = server;
        Client = new(_handler) { BaseAddress = server.Address };
    }

    public HttpClient Client { get; }

    public Uri Address => _server.Address;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Task<ServedLedger> StartAsync(SharedLedger shared, bool names = true, WebOptions? options = null, TimeSpan? patience = null) =>
        StartAsync(shared.Open, shared.Home is not null, names, options, patience: patience);

    public static async Task<ServedLedger> StartAsync(
        Func<LedgerContext> open, bool isHome, bool names = true, WebOptions? options = null, ClipExplainer? clips = null, TimeSpan? patience = null)
    {
        var home = new HomeStatusReader(open, TimeProvider.System);
        var workers = new StatusReader(open, TimeSpan.FromSeconds(15));
        var ledger = new WebLedger(open, async token => new(await (isHome ? home.ReadAsync(token) : workers.ReadAsync(token)), new(null, "there are none")), names, clips);
        return new(await WebServer.StartAsync(options ?? Options(), ledger, ["xception-lstm"], Cancellation, patience));
    }

    public static WebOptions Options() => new() { Url = new("http://127.0.0.1:0") };

    public async Task<string> PageAsync(string path)
    {
        using var answer = await Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {text}");
        return text;
    }

    public async Task<JsonElement> JsonAsync(string path) => JsonDocument.Parse(await PageAsync(path)).RootElement;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _handler.Dispose();
        await _server.DisposeAsync();
    }
}
