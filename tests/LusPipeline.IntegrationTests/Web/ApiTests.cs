using System.IO.Compression;
using System.Net;
using System.Text.Json;
using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Web;

/// <summary>The HTTP API beside its numbers.</summary>
public sealed class ApiTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_are_what_the_document_says()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4", "1"), new(0.1, 0.2, 0.7), new(0.3, 0.3, 0.4));
        await worker.Completion.RejectVideoAsync(await worker.StartAsync(await shared.ArriveAsync("p1/b.mp4", "2")), ReasonCode.Empty, "", null, Cancellation);
        await shared.ArriveAsync("p2/a.mp4", "3");
        var study = (await shared.StudyAsync("p1")).StudyId;
        await using (var ledger = shared.Open())
        {
            ledger.Spans.Add(new()
            {
                StudyDay = (await shared.StudyAsync("p1")).StudyDay,
                TraceId = new('a', 32),
                SpanId = new('b', 16),
                StudyId = study,
                Name = "decode",
                StartedAt = shared.Clock.Now,
                DurationMicroseconds = 10,
            });
            await ledger.SaveChangesAsync(Cancellation);
        }
        await using var served = await ServedLedger.StartAsync(shared);
        var video = (await served.JsonAsync($"/api/v1/studies/{study}")).GetProperty("videos")[0].GetProperty("id").GetString();
        var document = new OpenApiDocument(await served.JsonAsync("/api/v1/openapi.json"));

        Dictionary<string, string> addresses = new()
        {
            ["/api/v1/studies"] = "/api/v1/studies?limit=1",
            ["/api/v1/studies/{id}"] = $"/api/v1/studies/{study}",
            ["/api/v1/studies/{id}/trace"] = $"/api/v1/studies/{study}/trace",
            ["/api/v1/studies/{id}/results.jsonl"] = $"/api/v1/studies/{study}/results.jsonl",
            ["/api/v1/studies/{id}/results.csv"] = $"/api/v1/studies/{study}/results.csv",
            ["/api/v1/videos/{id}"] = $"/api/v1/videos/{video}",
            ["/api/v1/status"] = "/api/v1/status",
            ["/api/v1/models"] = "/api/v1/models",
        };
        // Those of frames answer what is missing here; ClipTests has the rest.
        string[] ofFrames = ["/api/v1/videos/{id}/clips/{clip}", "/api/v1/videos/{id}/clips/{clip}/frames/{frame}", "/api/v1/videos/{id}/clips/{clip}/regions/{layer}/{frame}"];
        Assert.Equal(addresses.Keys.Concat(ofFrames).Order(), document.Paths.Order());
        foreach (var path in ofFrames)
        {
            var address = path.Replace("{id}", video, StringComparison.Ordinal).Replace("{clip}", "0", StringComparison.Ordinal).Replace("{frame}", "0", StringComparison.Ordinal)
                .Replace("{layer}", "0", StringComparison.Ordinal);
            await CheckAsync(served, document, path, address, HttpStatusCode.NotFound);
        }
        foreach (var (path, address) in addresses)
            await CheckAsync(served, document, path, address, HttpStatusCode.OK);
        await CheckAsync(served, document, "/api/v1/studies", "/api/v1/studies?limit=0", HttpStatusCode.BadRequest);
        foreach (var (path, address) in addresses.Where(pair => pair.Key.Contains("{id}", StringComparison.Ordinal)))
            await CheckAsync(served, document, path, path.Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal), HttpStatusCode.NotFound);
        Assert.Equal(
            ["after", "diagnosis", "limit", "model", "name", "since", "status", "uncertain", "until"], document.ParametersOf("/api/v1/studies").Order());
    }

    [Fact]
    public async Task An_answer_that_is_known_is_not_sent_again()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await shared.ArriveAsync("p1/a.mp4", "1");
        await using var served = await ServedLedger.StartAsync(shared);
        using var first = await served.Client.GetAsync(new Uri("/api/v1/studies", UriKind.Relative), Cancellation);
        var tag = first.Headers.ETag!;

        async Task<HttpResponseMessage> AskAgainAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/studies") { Headers = { IfNoneMatch = { tag } } };
            return await served.Client.SendAsync(request, Cancellation);
        }

        using (var again = await AskAgainAsync())
            Assert.Equal((HttpStatusCode.NotModified, tag, 0), (again.StatusCode, again.Headers.ETag!, (await again.Content.ReadAsByteArrayAsync(Cancellation)).Length));
        await shared.ArriveAsync("p2/a.mp4", "2");
        using (var changed = await AskAgainAsync())
            Assert.Equal((HttpStatusCode.OK, false), (changed.StatusCode, changed.Headers.ETag!.Equals(tag)));
        Assert.Equal("private, no-cache", string.Join(", ", first.Headers.CacheControl!.ToString().Split(", ").OrderDescending()));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Answers_are_compressed_for_who_takes_it(string encoding)
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await shared.ArriveAsync("p1/a.mp4", "1");
        await using var served = await ServedLedger.StartAsync(shared);

        foreach (var path in new[] { "/", "/api/v1/studies" })
        {
            var plain = await served.PageAsync(path);
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { AcceptEncoding = { new(encoding) } } };
            using var answer = await served.Client.SendAsync(request, Cancellation);
            Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
            await using var body = await answer.Content.ReadAsStreamAsync(Cancellation);
            await using Stream opened = encoding == "gzip" ? new GZipStream(body, CompressionMode.Decompress) : new BrotliStream(body, CompressionMode.Decompress);
            Assert.Equal(plain.Length, (await new StreamReader(opened).ReadToEndAsync(Cancellation)).Length);
        }
    }

    private static async Task CheckAsync(ServedLedger served, OpenApiDocument document, string path, string address, HttpStatusCode status)
    {
        using var answer = await served.Client.GetAsync(new Uri(address, UriKind.Relative), Cancellation);
        Assert.True(answer.StatusCode == status, $"{address}: {answer.StatusCode}");
        var type = answer.Content.Headers.ContentType!.MediaType!;
        var schema = document.SchemaOf(path, (int)status, type);
        if (type == "application/json")
            document.Check(schema, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement, address);
    }
}
