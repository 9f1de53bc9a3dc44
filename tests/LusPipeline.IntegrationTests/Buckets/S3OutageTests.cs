using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Buckets;

/// <summary>An S3 server that is slow, overloaded, down, wrongly configured or spoken to over TLS.</summary>
public sealed class S3OutageTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Slow_down_is_waited_out()
    {
        var requests = 0;
        await using var proxy = await ProxyAsync(_ => Interlocked.Increment(ref requests) % 3 == 0 ? RequestFault.None : RequestFault.SlowDown);
        using var place = await PlaceAsync(proxy);

        await WriteAsync(place, "clips/a", "content");

        Assert.Equal("content", await ReadAsync(place, "clips/a"));
        Assert.True(requests >= 6);
    }

    [Fact]
    public async Task Steady_slow_down_is_an_outage_and_no_fault_of_the_object()
    {
        await using var proxy = await ProxyAsync(_ => RequestFault.SlowDown);
        using var place = await PlaceAsync(proxy);

        var outage = await Assert.ThrowsAsync<BucketUnavailableException>(() => ReadAsync(place, "clips/a"));

        Assert.Contains("SlowDown", outage.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BucketUnavailableException>(() => place.Connection.CheckAsync(Cancellation));
    }

    [Fact]
    public async Task Everything_tells_an_outage_as_one_and_works_again_after_it()
    {
        var upstream = await servers.NewBucketAsync();
        await using var proxy = new FaultyProxy(upstream.Endpoint!);
        proxy.Pass();
        using var place = new S3Place(upstream with { Endpoint = proxy.Address(upstream.Endpoint!), Timeout = TimeSpan.FromSeconds(2) });
        using var direct = new S3Place(upstream);
        await direct.PutAsync("incoming/p/1.mp4", "content");
        var item = Assert.Single(await place.ListAsync());
        proxy.Refuse();

        var refused = await Assert.ThrowsAsync<BucketUnavailableException>(() => place.ContentAsync(item));
        await Task.WhenAll(
            Assert.ThrowsAsync<BucketUnavailableException>(() => place.ListAsync()),
            Assert.ThrowsAsync<BucketUnavailableException>(() => WriteAsync(place, "clips/a", "x")),
            Assert.ThrowsAsync<BucketUnavailableException>(() => place.Work.DeleteAsync("clips/a", Cancellation)),
            Assert.ThrowsAsync<BucketUnavailableException>(() => ReadAsync(place, "clips/a")));

        Assert.Contains("Bucket:Endpoint", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("1.mp4", refused.ToString(), StringComparison.Ordinal);
        proxy.Pass();
        Assert.Equal("content", await place.ContentAsync(item));
        await place.Connection.CheckAsync(Cancellation);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_an_outage_after_the_timeout()
    {
        await using var proxy = await ProxyAsync(_ => RequestFault.None);
        using var place = await PlaceAsync(proxy, TimeSpan.FromMilliseconds(300));
        proxy.Delay = Timeout.InfiniteTimeSpan;
        var time = Stopwatch.StartNew();

        await Assert.ThrowsAsync<BucketUnavailableException>(() => place.Connection.CheckAsync(Cancellation));

        Assert.InRange(time.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Cancelling_is_no_outage()
    {
        await using var proxy = await ProxyAsync(_ => RequestFault.None);
        using var place = await PlaceAsync(proxy);
        proxy.Delay = Timeout.InfiniteTimeSpan;
        using var stop = new CancellationTokenSource(200);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => place.Connection.CheckAsync(stop.Token));
    }

    [Fact]
    public async Task A_download_goes_on_where_the_connection_broke()
    {
        var upstream = await servers.NewBucketAsync();
        using var direct = new S3Place(upstream);
        var content = new byte[8_000_000];
        new Random(1).NextBytes(content);
        await direct.PutAsync("incoming/p/1.mp4", content);
        var ranges = new List<string>();
        await using var proxy = new FaultyProxy(upstream.Endpoint!)
        {
            OnRequest = head =>
            {
                if (head.StartsWith("GET", StringComparison.Ordinal) && head.Contains("1.mp4", StringComparison.Ordinal))
                    ranges.Add(head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Range:", StringComparison.OrdinalIgnoreCase)) ?? "");
                return ValueTask.FromResult(RequestFault.None);
            },
            CutAnswersAfter = 3_000_000,
        };
        proxy.Pass();
        using var place = new S3Place(upstream with { Endpoint = proxy.Address(upstream.Endpoint!) });
        var item = Assert.Single(await place.ListAsync());

        using var local = await place.Videos.FetchAsync(item.Key, item.Tag, Path.Combine(place.Scratch, "video"), Cancellation);

        Assert.Equal(content, await File.ReadAllBytesAsync(local.Path, Cancellation));
        Assert.Equal(3, ranges.Count);
        Assert.Equal("", ranges[0]);
        Assert.All(ranges.Skip(1), range => Assert.NotEqual("", range));
    }

    [Fact]
    public async Task A_write_whose_answer_got_lost_is_written_again()
    {
        var lost = 0;
        await using var proxy = await ProxyAsync(head => head.StartsWith("PUT", StringComparison.Ordinal) && Interlocked.Increment(ref lost) == 1 ? RequestFault.LoseAnswer : RequestFault.None);
        using var place = await PlaceAsync(proxy);

        await using (var writer = await place.Work.CreateAsync("clips/a", Cancellation))
        {
            await writer.WriteAsync("ours"u8.ToArray(), Cancellation);
            await writer.CommitAsync(Cancellation);
        }

        Assert.Equal(2, lost);
        Assert.Equal("ours", await ReadAsync(place, "clips/a"));
    }

    [Fact]
    public async Task Parts_whose_completion_is_not_answered_are_the_object()
    {
        var lost = 0;
        await using var proxy = await ProxyAsync(head => head.StartsWith("POST", StringComparison.Ordinal) && head.Contains("uploadId", StringComparison.Ordinal) && Interlocked.Increment(ref lost) == 1
            ? RequestFault.LoseAnswer : RequestFault.None);
        using var place = await PlaceAsync(proxy);
        var content = new string('x', S3Sending.PartBytes + 1);

        await WriteAsync(place, "clips/a", content);

        Assert.True(lost >= 2);
        Assert.Equal(content, await ReadAsync(place, "clips/a"));
    }

    [Fact]
    public async Task What_is_replaced_midway_of_a_broken_download_vanished()
    {
        var upstream = await servers.NewBucketAsync();
        using var direct = new S3Place(upstream);
        await direct.PutAsync("incoming/p/1.mp4", new byte[2_000_000]);
        var gets = 0;
        await using var proxy = new FaultyProxy(upstream.Endpoint!)
        {
            CutAnswersAfter = 1_000_000,
            OnRequest = async head =>
            {
                if (head.Contains("1.mp4", StringComparison.Ordinal) && ++gets == 2)
                    await direct.PutAsync("incoming/p/1.mp4", new byte[2_000_001]);
                return RequestFault.None;
            },
        };
        proxy.Pass();
        using var place = new S3Place(upstream with { Endpoint = proxy.Address(upstream.Endpoint!) });
        var item = Assert.Single(await place.ListAsync());

        var rejected = await Assert.ThrowsAsync<RejectedException>(() => place.ContentAsync(item));

        Assert.Equal((ReasonCode.Vanished, 2), (rejected.Reason, gets));
    }

    [Fact]
    public async Task Wrong_settings_are_told_by_their_keys()
    {
        var right = await servers.NewBucketAsync();
        foreach (var (wrong, keys) in new (S3Options, string[])[]
        {
            (right with { SecretKey = "wrong" }, ["Bucket:AccessKey", "Bucket:SecretKey"]),
            (right with { AccessKey = "nobody" }, ["Bucket:AccessKey", "Bucket:SecretKey"]),
            (right with { Name = right.Name + "x" }, ["Bucket:Name"]),
        })
        {
            using var place = new S3Place(wrong);
            var checking = await Assert.ThrowsAsync<BrokenEngineException>(() => place.Connection.CheckAsync(Cancellation));
            await Assert.ThrowsAsync<BrokenEngineException>(() => place.ListAsync());
            await Assert.ThrowsAsync<BrokenEngineException>(() => WriteAsync(place, "clips/a", "x"));
            await Assert.ThrowsAsync<BrokenEngineException>(() => ReadAsync(place, "clips/a"));
            Assert.All(keys, key => Assert.Contains(key, checking.Message, StringComparison.Ordinal));
            Assert.DoesNotContain("wrong", checking.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TLS_with_a_private_authority_needs_its_file_and_the_right_host()
    {
        var upstream = await servers.NewBucketAsync();
        using var folder = new TemporaryFolder();
        using var authority = Certificate("CN=Test authority", null);
        using var other = Certificate("CN=Other authority", null);
        await File.WriteAllTextAsync(folder["ca.pem"], authority.ExportCertificatePem(), Cancellation);
        await File.WriteAllTextAsync(folder["other.pem"], other.ExportCertificatePem(), Cancellation);
        await File.WriteAllTextAsync(folder["bad.pem"], "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", Cancellation);
        using var server = Certificate("CN=server", authority, IPAddress.Loopback);
        using var elsewhere = Certificate("CN=elsewhere", authority, IPAddress.Parse("10.0.0.1"));
        await using var proxy = new FaultyProxy(upstream.Endpoint!) { Certificate = server };
        await using var wrongHost = new FaultyProxy(upstream.Endpoint!) { Certificate = elsewhere };
        proxy.Pass();
        wrongHost.Pass();
        var tls = upstream with { Endpoint = proxy.Address(upstream.Endpoint!), CaFile = folder["ca.pem"] };
        Assert.Equal("https", tls.Endpoint.Scheme);

        using (var place = new S3Place(tls))
        {
            await WriteAsync(place, "clips/a", "content");
            Assert.Equal("content", await ReadAsync(place, "clips/a"));
        }
        foreach (var wrong in new[] { tls with { CaFile = null }, tls with { CaFile = folder["other.pem"] }, tls with { Endpoint = wrongHost.Address(upstream.Endpoint!) } })
        {
            using var place = new S3Place(wrong);
            var refused = await Assert.ThrowsAsync<BrokenEngineException>(() => place.Connection.CheckAsync(Cancellation));
            Assert.Contains("Bucket:CaFile", refused.Message, StringComparison.Ordinal);
        }
        Assert.Contains("Bucket:CaFile", Assert.Throws<BrokenEngineException>(() => new S3Connection(tls with { CaFile = folder["bad.pem"] })).Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Certificate(string name, X509Certificate2? issuer, IPAddress? address = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, critical: true));
        if (issuer is null)
            return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddHours(1));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address!);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }

    private async Task<FaultyProxy> ProxyAsync(Func<string, RequestFault> fault)
    {
        var upstream = (await servers.NewBucketAsync()).Endpoint!;
        var proxy = new FaultyProxy(upstream) { OnRequest = head => ValueTask.FromResult(fault(head)) };
        proxy.Pass();
        return proxy;
    }

    private async Task<S3Place> PlaceAsync(FaultyProxy proxy, TimeSpan? timeout = null)
    {
        var options = await servers.NewBucketAsync();
        return new S3Place(options with { Endpoint = proxy.Address(options.Endpoint!), Timeout = timeout ?? options.Timeout });
    }

    private static async Task WriteAsync(S3Place place, string key, string content)
    {
        await using var writer = await place.Work.CreateAsync(key, Cancellation);
        await writer.WriteAsync(Encoding.UTF8.GetBytes(content), Cancellation);
        await writer.CommitAsync(Cancellation);
    }

    private static async Task<string?> ReadAsync(S3Place place, string key)
    {
        using var local = await place.Work.ReadAsync(key, int.MaxValue, Cancellation);
        return local is null ? null : Encoding.UTF8.GetString(local.Memory.Span);
    }
}
