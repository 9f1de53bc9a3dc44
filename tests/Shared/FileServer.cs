using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace LusPipeline.Tests;

/// <summary>An HTTP server on this machine that serves one file in the way that a test wants.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private int _breaks;

    /// <param name="content">The file, at every address but at <c>/missing</c>, <c>/redirect</c>, which leads to it, and <c>/endless</c>, which leads to itself.</param>
    public FileServer(byte[] content)
    {
        Content = content;
        Root = new Uri($"http://127.0.0.1:{FreePort.Find()}/");
        _listener.Prefixes.Add(Root.AbsoluteUri);
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Root { get; }

    /// <summary>What the next answers give.</summary>
    public byte[] Content { get; set; }

    /// <summary>The first answers that end in the middle of what they promised.</summary>
    public int Breaks { get; init; }

    /// <summary>Bytes that a breaking answer still sends.</summary>
    public int BreakAfter { get; init; }

    /// <summary>The name of the content; null for a server that knows none.</summary>
    public string? Etag { get; set; } = "\"one\"";

    public bool IgnoresRanges { get; init; }

    /// <summary>The status of the first answers.</summary>
    public ConcurrentQueue<HttpStatusCode> Faults { get; } = new();

    /// <summary>The Range headers of all requests, empty where there was none.</summary>
    public ConcurrentQueue<string> Ranges { get; } = new();

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Ranges.Enqueue(request.Headers["Range"] ?? "");
        if (request.Url!.AbsolutePath is "/redirect" or "/endless")
        {
            response.Redirect(new Uri(Root, request.Url.AbsolutePath == "/endless" ? "/endless" : "/file.h5").AbsoluteUri);
            response.Close();
            return;
        }
        if (request.Url.AbsolutePath == "/missing" || Faults.TryDequeue(out var fault) && (response.StatusCode = (int)fault) > 0)
        {
            response.StatusCode = response.StatusCode == 200 ? 404 : response.StatusCode;
            response.Close();
            return;
        }
        var (start, content) = (0, Content);
        if (Etag is not null)
            response.Headers["ETag"] = Etag;
        if (!IgnoresRanges && request.Headers["Range"] is { } range && request.Headers["If-Range"] == Etag)
        {
            start = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {start}-{content.Length - 1}/{content.Length}";
        }
        response.ContentLength64 = content.Length - start;
        if (_breaks++ < Breaks)
        {
            await response.OutputStream.WriteAsync(content.AsMemory(start, BreakAfter));
            await response.OutputStream.FlushAsync();
            response.Abort();
            return;
        }
        await response.OutputStream.WriteAsync(content.AsMemory(start));
        response.Close();
    }
}
