using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using LusPipeline.Buckets.DicomWeb;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LusPipeline.IntegrationTests.DicomWeb;

/// <summary>A small DICOMweb server that does what a test wants, for what a real archive does not do on request.</summary>
internal sealed class StandInArchive : IAsyncDisposable
{
    private const string Boundary = "frontier";

    private readonly WebApplication _server;

    private StandInArchive(WebApplication server) => _server = server;

    public required IReadOnlyList<ArchiveLoop> Loops { get; init; }

    /// <summary>Called before each request is answered; true if it has answered.</summary>
    public Func<HttpContext, Task<bool>> Before { get; set; } = _ => Task.FromResult(false);

    /// <summary>Most results that it gives in a page; null for what is asked for. 0 for a server that knows no paging.</summary>
    public int? PageSize { get; init; }

    /// <summary>Paths and queries of all requests.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public ArchiveOptions Options => new()
    {
        Url = new Uri(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/dicom-web"),
        Timeout = TimeSpan.FromSeconds(5),
    };

    /// <param name="tls">How it speaks TLS; null for not at all.</param>
    public static async Task<StandInArchive> StartAsync(IReadOnlyList<ArchiveLoop> loops, int? pageSize = null, Action<HttpsConnectionAdapterOptions>? tls = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (tls is not null)
                listen.UseHttps(tls);
        }));
        var server = builder.Build();
        var archive = new StandInArchive(server) { Loops = loops, PageSize = pageSize };
        server.Run(archive.AnswerAsync);
        await server.StartAsync(TestContext.Current.CancellationToken);
        return archive;
    }

    /// <summary>Sends the beginning of a loop's answer and cuts the connection.</summary>
    public static async Task CutAsync(HttpContext context, ArchiveLoop loop)
    {
        await WriteAsync(context, loop.Content.AsMemory(0, loop.Content.Length / 2), ends: false);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue(context.Request.Path + context.Request.QueryString);
        if (await Before(context))
            return;
        var parts = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries)[1..];
        switch (parts)
        {
            case ["series"]:
                await ListAsync(context, Loops.GroupBy(loop => loop.Series).Select(series => new Dictionary<string, object>
                {
                    ["0020000D"] = Value("UI", series.First().Study),
                    ["0020000E"] = Value("UI", series.Key),
                    ["00201209"] = Value("IS", series.Count()),
                }));
                break;
            case ["studies", _, "series", var series, "instances"]:
                await ListAsync(context, Loops.Where(loop => loop.Series == series).Select(loop => new Dictionary<string, object>
                {
                    ["00080018"] = Value("UI", loop.Instance),
                    ["00280008"] = Value("IS", "3"),
                }));
                break;
            case ["studies", _, "series", _, "instances", var instance] when Loops.FirstOrDefault(loop => loop.Instance == instance) is { } found:
                await WriteAsync(context, found.Content, ends: true);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private async Task ListAsync(HttpContext context, IEnumerable<Dictionary<string, object>> results)
    {
        var all = results.ToList();
        int Asked(string name) => int.Parse(context.Request.Query[name].Single()!, CultureInfo.InvariantCulture);
        var page = PageSize == 0 ? all : all.Skip(Asked("offset")).Take(Math.Min(Asked("limit"), PageSize ?? int.MaxValue)).ToList();
        context.Response.StatusCode = page.Count == 0 ? StatusCodes.Status204NoContent : StatusCodes.Status200OK;
        if (page.Count > 0)
            await context.Response.WriteAsync(JsonSerializer.Serialize(page));
    }

    private static object Value(string vr, object value) => new { vr, Value = new[] { value } };

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> content, bool ends)
    {
        context.Response.ContentType = $"multipart/related; type=\"application/dicom\"; boundary={Boundary}";
        await context.Response.WriteAsync($"\r\n--{Boundary}\r\nContent-Type: application/dicom\r\n\r\n");
        await context.Response.Body.WriteAsync(content);
        if (ends)
            await context.Response.WriteAsync($"\r\n--{Boundary}--\r\n");
    }
}
