using LusPipeline.Buckets;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Servers;
using Microsoft.AspNetCore.Http;

namespace LusPipeline.IntegrationTests.DicomWeb;

/// <summary>The archive as a bucket: against Orthanc, and against a server that fails on request.</summary>
public sealed class ArchiveBucketTests(TestServers servers)
{
    private static readonly InstallationKey Key = new("a key of thirty-two characters or more");

    private static readonly ArchiveLoop[] Loops = [.. Enumerable.Range(0, 5).Select(number => ArchiveLoop.Make("rgb", number / 2, number))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Orthanc_is_listed_page_by_page_and_its_instances_come_as_they_were_stored()
    {
        await using var own = servers.SingleOrthanc();
        var options = await own.ArchiveAsync() with { PageSize = 2 };
        using (var orthanc = new Orthanc(options))
            await orthanc.PutAsync(Loops);
        using var connection = new ArchiveConnection(options, TimeProvider.System);
        var bucket = Bucket(connection);

        var listed = await AllAsync(bucket);

        Assert.Equal(Loops.Select(loop => loop.KeyBy(Key)).Order(), listed.Select(item => item.Key).Order());
        using var folder = new TemporaryFolder();
        foreach (var loop in Loops)
        {
            var item = listed.Single(item => item.Key == loop.KeyBy(Key));
            using (var local = await bucket.FetchAsync(item.Key, item.Tag, folder["loop"], Cancellation))
                Assert.Equal(loop.Content, await File.ReadAllBytesAsync(local.Path, Cancellation));
            var middle = new byte[100];
            Assert.Equal(100, await bucket.ReadAsync(item.Key, item.Tag, 5_000, middle, Cancellation));
            Assert.Equal(loop.Content[5_000..5_100], middle);
        }
    }

    [Fact]
    public async Task Only_studies_of_the_date_and_the_modality_are_listed()
    {
        await using var own = servers.SingleOrthanc();
        var options = await own.ArchiveAsync();
        using (var orthanc = new Orthanc(options))
            await orthanc.PutAsync(Loops[0]);

        // The fixtures are of the 2nd of January 2026.
        Assert.Single(await AllOfAsync(options with { Since = new(2026, 1, 2) }));
        Assert.Empty(await AllOfAsync(options with { Since = new(2026, 1, 3) }));
        Assert.Empty(await AllOfAsync(options with { Modality = "CT" }));
    }

    [Fact]
    public async Task A_wrong_password_is_said_with_the_setting()
    {
        await using var own = servers.SingleOrthanc();
        var options = await own.ArchiveAsync() with { Password = "wrong" };

        var refused = await Assert.ThrowsAsync<BrokenEngineException>(() => AllOfAsync(options));

        Assert.Contains("Archive:Password", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public async Task An_archive_that_gives_smaller_pages_or_knows_none_is_listed_whole(int pageSize)
    {
        await using var archive = await StandInArchive.StartAsync(Loops, pageSize);

        Assert.Equal(Loops.Length, (await AllOfAsync(archive.Options)).Count);
    }

    [Fact]
    public async Task Series_that_did_not_grow_are_not_listed_again()
    {
        await using var archive = await StandInArchive.StartAsync(Loops);
        using var connection = new ArchiveConnection(archive.Options, TimeProvider.System);
        var bucket = Bucket(connection);
        var first = await bucket.ListAsync(Cancellation).ToListAsync(Cancellation);
        archive.Requests.Clear();

        Assert.Equal(first, await bucket.ListAsync(Cancellation).ToListAsync(Cancellation));

        Assert.DoesNotContain(archive.Requests, request => request.Contains("instances", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(500)]
    public async Task A_busy_archive_is_asked_again_when_it_says(int status)
    {
        await using var archive = await StandInArchive.StartAsync(Loops);
        using var measurements = new Measurements();
        var refusals = 2;
        archive.Before = context =>
        {
            if (refusals-- <= 0)
                return Task.FromResult(false);
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "0";
            return Task.FromResult(true);
        };

        Assert.Equal(Loops.Length, (await AllOfAsync(archive.Options)).Count);
        Assert.True(measurements.Values("lus.archive.requests", "lus.outcome=outage").Count() >= 2);
        Assert.NotEmpty(measurements.Values("lus.archive.requests", "lus.outcome=answered"));
    }

    [Fact]
    public async Task An_archive_that_stays_busy_is_an_outage()
    {
        await using var archive = await StandInArchive.StartAsync(Loops);
        archive.Before = context =>
        {
            (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (503, "0");
            return Task.FromResult(true);
        };

        var away = await Assert.ThrowsAsync<BucketUnavailableException>(() => AllOfAsync(archive.Options));

        Assert.Contains("HTTP 503", away.Message, StringComparison.Ordinal);
        Assert.Equal("archive", away.Place);
        Assert.Equal(4, archive.Requests.Count);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_read_again_from_its_start()
    {
        await using var archive = await StandInArchive.StartAsync(Loops);
        var item = (await AllOfAsync(archive.Options))[0];
        var loop = Loops.Single(loop => loop.KeyBy(Key) == item.Key);
        var cuts = 2;
        archive.Before = async context =>
        {
            if (cuts-- <= 0)
                return false;
            await StandInArchive.CutAsync(context, loop);
            return true;
        };
        using var connection = new ArchiveConnection(archive.Options, TimeProvider.System);
        using var folder = new TemporaryFolder();

        using var local = await Bucket(connection).FetchAsync(item.Key, item.Tag, folder["loop"], Cancellation);

        Assert.Equal(loop.Content, await File.ReadAllBytesAsync(local.Path, Cancellation));
    }

    [Fact]
    public async Task An_instance_that_always_breaks_off_does_not_hold_up_the_others()
    {
        await using var archive = await StandInArchive.StartAsync(Loops);
        var item = (await AllOfAsync(archive.Options))[0];
        archive.Before = async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/series", StringComparison.Ordinal))
                return false;
            await StandInArchive.CutAsync(context, Loops[0]);
            return true;
        };
        using var connection = new ArchiveConnection(archive.Options, TimeProvider.System);
        using var folder = new TemporaryFolder();

        var failed = await Assert.ThrowsAsync<TransientException>(() => Bucket(connection).FetchAsync(item.Key, item.Tag, folder["loop"], Cancellation));

        Assert.Equal(ReasonCode.Unreadable, failed.Reason);
        Assert.False(File.Exists(folder["loop"]));
    }

    [Fact]
    public async Task A_gone_a_forbidden_and_a_large_instance_are_rejected()
    {
        await using var archive = await StandInArchive.StartAsync(Loops);
        var item = (await AllOfAsync(archive.Options))[0];
        async Task<string> ReasonAsync(int? status, long maxBytes = long.MaxValue)
        {
            archive.Before = context => Task.FromResult(status is { } code && (context.Response.StatusCode = code) > 0);
            using var connection = new ArchiveConnection(archive.Options, TimeProvider.System);
            using var folder = new TemporaryFolder();
            return (await Assert.ThrowsAsync<RejectedException>(() => Bucket(connection, maxBytes).FetchAsync(item.Key, item.Tag, folder["loop"], Cancellation))).Reason;
        }

        Assert.Equal(ReasonCode.Vanished, await ReasonAsync(404));
        Assert.Equal(ReasonCode.Unreadable, await ReasonAsync(403));
        Assert.Equal(ReasonCode.TooLargeFile, await ReasonAsync(null, maxBytes: 5_000));
    }

    [Fact]
    public async Task A_redirect_is_not_followed_so_that_no_credentials_go_elsewhere()
    {
        await using var archive = await StandInArchive.StartAsync(Loops);
        archive.Before = context =>
        {
            context.Response.Redirect("http://127.0.0.1:1/");
            return Task.FromResult(true);
        };

        var refused = await Assert.ThrowsAsync<BrokenEngineException>(() => AllOfAsync(archive.Options));

        Assert.Contains("Archive:Url", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_sent_as_bearer()
    {
        await using var archive = await StandInArchive.StartAsync(Loops);
        string? sent = null;
        archive.Before = context =>
        {
            sent = context.Request.Headers.Authorization;
            return Task.FromResult(false);
        };

        await AllOfAsync(archive.Options with { Token = "abc.def" });

        Assert.Equal("Bearer abc.def", sent);
    }

    [Theory]
    [InlineData("""{"no": "list"}""")]
    [InlineData("""[{"0020000D": {"Value": ["../../secret"]}, "0020000E": {"Value": ["1.2.3"]}}]""")]
    [InlineData("[1, null, [], {\"0020000E\": 4}]")]
    [InlineData("[{\"0020000D\": {\"Val")]
    public async Task Hostile_answers_of_a_search_are_an_outage_or_nothing(string answer)
    {
        await using var archive = await StandInArchive.StartAsync(Loops);
        archive.Before = async context =>
        {
            await context.Response.WriteAsync(answer);
            return true;
        };

        var listed = new List<BucketObject>();
        var failed = await Record.ExceptionAsync(async () => listed = await AllOfAsync(archive.Options));

        Assert.True(failed is null or BucketUnavailableException, failed?.ToString());
        Assert.Empty(listed);
        Assert.DoesNotContain(archive.Requests, request => request.Contains("secret", StringComparison.Ordinal));
    }

    private static ArchiveVideoBucket Bucket(ArchiveConnection connection, long maxBytes = long.MaxValue) => new(connection, "lung", Key, TimeProvider.System, maxBytes);

    private static async Task<List<BucketObject>> AllOfAsync(ArchiveOptions options)
    {
        using var connection = new ArchiveConnection(options, TimeProvider.System);
        return await AllAsync(Bucket(connection));
    }

    private static async Task<List<BucketObject>> AllAsync(ArchiveVideoBucket bucket) => await bucket.ListAllAsync(Cancellation).ToListAsync(Cancellation);
}
