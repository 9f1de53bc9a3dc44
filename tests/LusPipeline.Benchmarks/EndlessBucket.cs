using System.Globalization;
using System.Net;
using System.Text;

namespace LusPipeline.Benchmarks;

/// <summary>An S3 server that answers <c>ListObjectsV2</c> for a bucket of any number of objects. It keeps none of them: a page follows from the last key before it.</summary>
/// <param name="port">Where it listens on 127.0.0.1.</param>
/// <param name="objects">How many objects the bucket has.</param>
internal sealed class EndlessBucket(int port, int objects) : IAsyncDisposable
{
    private const int PageSize = 1_000;

    private readonly HttpListener _listener = new() { Prefixes = { $"http://127.0.0.1:{port}/" } };
    private Task _answering = Task.CompletedTask;

    public Uri Address => new($"http://127.0.0.1:{port}/");

    public void Start()
    {
        _listener.Start();
        _answering = AnswerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _answering;
        _listener.Close();
    }

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext asked;
            try
            {
                asked = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var isTheirs = asked.Request.QueryString["prefix"] is "incoming/";
            var from = asked.Request.QueryString["start-after"] is { } last ? int.Parse(last.AsSpan(last.LastIndexOf('.') + 1), CultureInfo.InvariantCulture) + 1 : 0;
            var page = Encoding.UTF8.GetBytes(Page(isTheirs ? from : objects));
            asked.Response.ContentType = "application/xml";
            asked.Response.ContentLength64 = page.Length;
            await asked.Response.OutputStream.WriteAsync(page);
            asked.Response.Close();
        }
    }

    /// <summary>A hidden file, ten in each study. Keys are in the order of their numbers.</summary>
    private static string KeyOf(int index) => string.Create(CultureInfo.InvariantCulture, $"incoming/study{index / 10:D8}/.{index:D9}");

    private string Page(int from)
    {
        var to = Math.Min(objects, from + PageSize);
        var page = new StringBuilder("""<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name>""");
        page.Append(CultureInfo.InvariantCulture, $"<KeyCount>{to - from}</KeyCount><MaxKeys>{PageSize}</MaxKeys><IsTruncated>{(to < objects ? "true" : "false")}</IsTruncated>");
        for (var index = from; index < to; index++)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"<Contents><Key>{KeyOf(index)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>\"{index:x32}\"</ETag><Size>1000</Size><StorageClass>STANDARD</StorageClass></Contents>");
        }
        return page.Append("</ListBucketResult>").ToString();
    }
}
