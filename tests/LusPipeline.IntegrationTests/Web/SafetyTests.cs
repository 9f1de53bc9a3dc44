using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using LusPipeline.Hosting.Settings;
using LusPipeline.IntegrationTests.Ledger;
using LusPipeline.IntegrationTests.Servers;
using LusPipeline.Ledger.Databases;
using WebException = LusPipeline.Web.WebException;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.IntegrationTests.Web;

/// <summary>What the pages refuse.</summary>
public sealed partial class SafetyTests(TestServers servers)
{
    private const string Token = "a-token-that-is-long-enough";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_but_reading_is_possible()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await using var served = await ServedLedger.StartAsync(shared);

        foreach (var method in new[] { "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "LOOK" })
        {
            foreach (var path in new[] { "/", "/api/v1/studies", "/nothing" })
            {
                using var request = new HttpRequestMessage(new(method), path);
                using var answer = await served.Client.SendAsync(request, Cancellation);
                Assert.Equal((HttpStatusCode.MethodNotAllowed, "GET, HEAD"), (answer.StatusCode, answer.Content.Headers.Allow.Count > 0 ? string.Join(", ", answer.Content.Headers.Allow) : ""));
            }
        }
        using var head = await served.Client.SendAsync(new(HttpMethod.Head, "/"), Cancellation);
        Assert.Equal((HttpStatusCode.OK, 0), (head.StatusCode, (await head.Content.ReadAsByteArrayAsync(Cancellation)).Length));
    }

    [Fact]
    public async Task A_ledger_that_is_opened_for_the_pages_refuses_changes()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        using var postgres = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);

        await using (var ledger = (await SqliteLedger.OpenToReadAsync(Path.Combine(shared.Home!, "ledger.db"), Cancellation, readOnly: true))())
            Assert.Contains("readonly", (await Assert.ThrowsAsync<SqliteException>(() => ledger.Studies.ExecuteDeleteAsync(Cancellation))).Message, StringComparison.Ordinal);
        await using (var ledger = PostgresLedger.Open(new() { ConnectionString = postgres.ConnectionString! }, readOnly: true)())
            Assert.Contains("read-only transaction", (await Assert.ThrowsAsync<Npgsql.PostgresException>(() => ledger.Studies.ExecuteDeleteAsync(Cancellation))).Message, StringComparison.Ordinal);
        // The same file stays open to changes for who may make them.
        await shared.ArriveAsync("p1/a.mp4");
    }

    [Fact]
    public async Task Foreign_host_names_are_refused()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await using var served = await ServedLedger.StartAsync(shared, options: ServedLedger.Options() with { Hosts = ["lus.example.org"] });

        async Task<HttpStatusCode> AskAsync(string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/studies") { Headers = { Host = host } };
            using var answer = await served.Client.SendAsync(request, Cancellation);
            return answer.StatusCode;
        }

        foreach (var host in new[] { "localhost", "localhost:8090", "127.0.0.1", "[::1]:8090", "10.1.2.3", "lus.example.org", "LUS.example.org:443" })
            Assert.Equal(HttpStatusCode.OK, await AskAsync(host));
        foreach (var host in new[] { "evil.example.com", "localhost.evil.example.com", "127.0.0.1.evil.example.com", "lus.example.org.evil.example.com" })
            Assert.Equal(HttpStatusCode.MisdirectedRequest, await AskAsync(host));
    }

    [Fact]
    public async Task Pages_load_and_run_nothing_but_own_files()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        var worker = await shared.JoinAsync();
        await worker.FinishAsync(await shared.ArriveAsync("p1/a.mp4"), new(0.1, 0.2, 0.7), new(0.2, 0.2, 0.6));
        var study = (await shared.StudyAsync("p1")).StudyId;
        await using var served = await ServedLedger.StartAsync(shared);
        var video = (await served.JsonAsync($"/api/v1/studies/{study}")).GetProperty("videos")[0].GetProperty("id").GetString();

        foreach (var path in new[] { "/", $"/studies/{study}", $"/videos/{video}", "/operations", "/models" })
        {
            using var answer = await served.Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; ", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
            Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
            Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
            var page = await answer.Content.ReadAsStringAsync(Cancellation);
            Assert.DoesNotContain("<style", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch(InlineStyle(), page);
            Assert.All(Scripts().Matches(page), script => Assert.Matches("^<script src=\"/assets/[0-9a-f]{12}/lus.js\"", script.Value));
            foreach (Match loaded in Loaded().Matches(page))
            {
                using var asset = await served.Client.GetAsync(new Uri(loaded.Groups[1].Value, UriKind.Relative), Cancellation);
                Assert.Equal((HttpStatusCode.OK, "public, max-age=31536000, immutable"), (asset.StatusCode, asset.Headers.CacheControl!.ToString()));
            }
        }
    }

    [Theory]
    [InlineData("/assets/../../../../etc/passwd")]
    [InlineData("/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/assets/..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("/etc/passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("/appsettings.json")]
    [InlineData("/ledger.db")]
    [InlineData("/studies/..%5c..%5cledger.db")]
    public async Task No_path_reaches_a_file(string path)
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await using var served = await ServedLedger.StartAsync(shared);

        var (status, body) = await RawAsync(served.Address.Port, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Equal(404, status);
        Assert.DoesNotContain("root:", body, StringComparison.Ordinal);
        Assert.DoesNotContain("SQLite format", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Large_and_slow_requests_are_refused()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await using var served = await ServedLedger.StartAsync(shared);
        var port = served.Address.Port;

        Assert.Equal(414, (await RawAsync(port, $"GET /{new string('x', 10_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n")).Status);
        Assert.Equal(431, (await RawAsync(port, $"GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: {new string('x', 20_000)}\r\n\r\n")).Status);
        Assert.Equal(431, (await RawAsync(port, $"GET / HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Range(0, 100).Select(number => $"X-{number}: x\r\n"))}\r\n")).Status);
    }

    [Fact]
    public async Task With_a_token_nobody_else_sees_anything()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await using var served = await ServedLedger.StartAsync(shared, options: ServedLedger.Options() with { Token = Token });

        async Task<HttpStatusCode> AskAsync(string? scheme, string? parameter, string path = "/api/v1/studies")
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (scheme is not null)
                request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {parameter}");
            using var answer = await served.Client.SendAsync(request, Cancellation);
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
            {
                Assert.Equal("Basic", answer.Headers.WwwAuthenticate.Single().Scheme);
                Assert.DoesNotContain(Token, await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            }
            return answer.StatusCode;
        }

        static string Basic(string pair) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));

        Assert.Equal(HttpStatusCode.OK, await AskAsync("Bearer", Token));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("Basic", Basic($"anybody:{Token}")));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(null, null, "/health/live"));
        foreach (var (scheme, parameter) in new (string?, string?)[]
        {
            (null, null), ("Bearer", ""), ("Bearer", Token[..^1]), ("Bearer", Token + "x"), ("Basic", Basic($"{Token}:")), ("Basic", Basic("anybody:")), ("Basic", "%%%"), ("Digest", Token),
        })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(scheme, parameter));
        }
        foreach (var path in new[] { "/", "/assets/x", "/api/v1/openapi.json", "/nothing" })
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(null, null, path));
    }

    [Theory]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("10.0.0.0/8", HttpStatusCode.Forbidden)]
    public async Task A_proxys_header_counts_only_from_the_proxy(string proxy, HttpStatusCode expected)
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await using var served = await ServedLedger.StartAsync(shared, options: ServedLedger.Options() with { IdentityHeader = "X-Forwarded-User", Proxies = [proxy] });

        using var unknown = await served.Client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "X-Forwarded-User", "erika" } } };
        using var known = await served.Client.SendAsync(request, Cancellation);

        Assert.Equal((HttpStatusCode.Unauthorized, expected), (unknown.StatusCode, known.StatusCode));
    }

    [Fact]
    public async Task Another_user_of_the_machine_reaches_nothing()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can ask as another user.");
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await using var served = await ServedLedger.StartAsync(shared);
        await using var withToken = await ServedLedger.StartAsync(shared, options: ServedLedger.Options() with { Token = Token });

        // The shell's own sockets need no program that a test machine may lack.
        static async Task<string> AskAsAsync(string user, int port)
        {
            var script = $"exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET /health/live HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && head -n 1 <&3";
            using var shell = Process.Start(new ProcessStartInfo("setpriv", ["--reuid", user, "--clear-groups", "bash", "-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = await shell.StandardOutput.ReadToEndAsync(Cancellation);
            await shell.WaitForExitAsync(Cancellation);
            return said.Trim();
        }

        Assert.Equal("HTTP/1.1 200 OK", await AskAsAsync("0", served.Address.Port));
        Assert.Equal("", await AskAsAsync("65534", served.Address.Port));
        Assert.Equal("HTTP/1.1 200 OK", await AskAsAsync("65534", withToken.Address.Port));
    }

    [Fact]
    public async Task TLS_takes_the_certificate_of_the_settings_and_a_wrong_one_is_an_error_with_the_fix()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(folder["server.pem"], certificate.ExportCertificatePem(), Cancellation);
        await File.WriteAllTextAsync(folder["server.key"], key.ExportPkcs8PrivateKeyPem(), Cancellation);
        var options = new WebOptions { Url = new("https://127.0.0.1:0"), CertificateFile = folder["server.pem"], CertificateKeyFile = folder["server.key"] };
        await using var served = await ServedLedger.StartAsync(shared, options: options);

        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, given, _, _) => given!.GetCertHashString() == certificate.GetCertHashString() },
        };
        using var client = new HttpClient(handler) { BaseAddress = served.Address };
        using var answer = await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        Assert.Equal("max-age=31536000", answer.EnsureSuccessStatusCode().Headers.GetValues("Strict-Transport-Security").Single());

        var wrong = await Assert.ThrowsAsync<WebException>(() => ServedLedger.StartAsync(shared, options: options with { CertificateFile = folder["missing.pem"] }));
        Assert.Contains("Web:CertificateFile", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_an_error_with_the_fix()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await using var served = await ServedLedger.StartAsync(shared);

        var taken = await Assert.ThrowsAsync<WebException>(() => ServedLedger.StartAsync(shared, options: new() { Url = served.Address }));

        Assert.Contains("another program listens there. Give another address or port.", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_requests_than_the_limit_are_told_to_come_back()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        var release = new TaskCompletionSource();
        LedgerContext Slow()
        {
            release.Task.Wait(Cancellation);
            return shared.Open();
        }
        await using var served = await ServedLedger.StartAsync(Slow, isHome: true, options: ServedLedger.Options() with { Requests = 1 });

        var answers = Enumerable.Range(0, 3).Select(_ => served.Client.GetAsync(new Uri("/api/v1/studies", UriKind.Relative), Cancellation)).ToList();
        var first = await await Task.WhenAny(answers);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(2)), (first.StatusCode, first.Headers.RetryAfter?.Delta));
        release.SetResult();
        Assert.Equal(2, (await Task.WhenAll(answers)).Count(answer => answer.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_ledger_that_is_away_is_told_without_details()
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Sqlite);
        await using var served = await ServedLedger.StartAsync(
            PostgresLedger.Open(new() { ConnectionString = $"Host=127.0.0.1;Port={FreePort.Find()};Username=u;Password=secret-word;Database=d;Timeout=2" }), isHome: false);

        foreach (var path in new[] { "/", "/api/v1/studies", "/api/v1/status" })
        {
            using var answer = await served.Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("The ledger does not answer. Try again.\n", await answer.Content.ReadAsStringAsync(Cancellation));
        }
        using var request = new HttpRequestMessage(HttpMethod.Get, "/?uncertain=true") { Headers = { Accept = { new("text/html") } } };
        using var page = await served.Client.SendAsync(request, Cancellation);
        var text = await page.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "text/html", true), (page.StatusCode, page.Content.Headers.ContentType?.MediaType, page.Headers.Contains("Content-Security-Policy")));
        Assert.Contains("The ledger does not answer. Try again.", text, StringComparison.Ordinal);
        Assert.Contains("href=\"/?uncertain=true\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", "The answer takes too long. Try again.\n")]
    [InlineData("text/html", ">The answer takes too long. Try again.</p>")]
    public async Task An_answer_that_takes_too_long_is_given_up(string accepted, string told)
    {
        using var shared = await SharedLedger.StartAsync(servers, LedgerKind.Postgres);
        await shared.ArriveAsync("p1/a.mp4", "1");
        var study = (await shared.StudyAsync("p1")).StudyId;
        await using var served = await ServedLedger.StartAsync(shared, patience: TimeSpan.FromSeconds(2));
        await using var locking = shared.Open();
        await using var locked = await locking.Database.BeginTransactionAsync(Cancellation);
        await locking.Database.ExecuteSqlAsync($"LOCK TABLE videos IN ACCESS EXCLUSIVE MODE", Cancellation);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/studies/{study}") { Headers = { Accept = { new(accepted) } } };
        using var answer = await served.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains(told, await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Body)> RawAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Cancellation);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var line = await reader.ReadLineAsync(Cancellation) ?? "";
        var status = int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        var rest = new StringBuilder();
        while (await reader.ReadLineAsync(Cancellation) is { } next)
            rest.AppendLine(next);
        return (status, rest.ToString());
    }

    [GeneratedRegex("<[^>]*\\sstyle\\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex InlineStyle();

    [GeneratedRegex("<script[^>]*>[^<]*", RegexOptions.IgnoreCase)]
    private static partial Regex Scripts();

    [GeneratedRegex("(?:src|<link[^>]*href)=\"([^\"]*)\"")]
    private static partial Regex Loaded();
}
