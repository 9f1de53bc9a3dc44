using System.Net;
using System.Security.Cryptography;
using LusPipeline.ModelTools.Keras.Downloads;

namespace LusPipeline.UnitTests.Keras.Downloads;

public sealed class WeightDownloadTests : IDisposable
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(300_000);

#pragma warning disable CA5351 // The sum that is tested.
    private static readonly string Md5 = Convert.ToHexStringLower(MD5.HashData(Content));
#pragma warning restore CA5351

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Target => _folder["weights.h5"];

    [Fact]
    public async Task A_file_comes_whole_and_alone()
    {
        using var server = new FileServer(Content);
        var told = new List<(long, long?)>();

        await DownloadAsync(server, onBytes: (done, all) => told.Add((done, all)));

        AssertDownloaded();
        Assert.Equal((Content.Length, Content.Length), told[^1]);
    }

    [Fact]
    public async Task Redirects_are_followed()
    {
        using var server = new FileServer(Content);

        await DownloadAsync(server, "redirect");

        AssertDownloaded();
    }

    [Fact]
    public async Task A_broken_transfer_goes_on_where_it_ended()
    {
        using var server = new FileServer(Content) { Breaks = 2, BreakAfter = 100_000 };

        await DownloadAsync(server);

        AssertDownloaded();
        Assert.Equal(3, server.Ranges.Count);
        Assert.All(server.Ranges.Skip(1), range => Assert.Matches("^bytes=[1-9][0-9]*-$", range));
    }

    [Fact]
    public async Task A_later_process_goes_on_too()
    {
        using (var breaking = new FileServer(Content) { Breaks = 1, BreakAfter = 100_000 })
            await Assert.ThrowsAsync<DownloadException>(() => DownloadAsync(breaking, options: new() { Attempts = 1, Delay = TimeSpan.Zero }));
        var kept = new FileInfo(Target + ".part").Length;
        Assert.InRange(kept, 1, 100_000);

        using var server = new FileServer(Content);
        await DownloadAsync(server);

        AssertDownloaded();
        Assert.Equal($"bytes={kept}-", Assert.Single(server.Ranges));
    }

    [Fact]
    public async Task Content_that_changed_meanwhile_begins_anew()
    {
        await File.WriteAllBytesAsync(Target + ".part", new byte[1000], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Target + ".part.etag", "\"older\"", TestContext.Current.CancellationToken);
        using var server = new FileServer(Content);

        await DownloadAsync(server);

        AssertDownloaded();
    }

    [Theory]
    [InlineData(true, "\"one\"")]
    [InlineData(false, null)]
    public async Task A_server_that_cannot_resume_sends_all_again(bool ignoresRanges, string? etag)
    {
        using var server = new FileServer(Content) { Breaks = 1, BreakAfter = 100_000, IgnoresRanges = ignoresRanges, Etag = etag };

        await DownloadAsync(server);

        AssertDownloaded();
    }

    [Fact]
    public async Task Passing_faults_of_the_server_are_tried_again()
    {
        using var server = new FileServer(Content);
        server.Faults.Enqueue(HttpStatusCode.ServiceUnavailable);
        server.Faults.Enqueue(HttpStatusCode.TooManyRequests);

        await DownloadAsync(server);

        AssertDownloaded();
    }

    [Fact]
    public async Task A_server_that_never_gets_better_is_given_up()
    {
        using var server = new FileServer(Content);
        for (var fault = 0; fault < 10; fault++)
            server.Faults.Enqueue(HttpStatusCode.BadGateway);

        var error = await Assert.ThrowsAsync<DownloadException>(() => DownloadAsync(server));

        Assert.Contains("502", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, server.Ranges.Count);
    }

    [Theory]
    [InlineData("missing", "no such file (404)", 1)]
    [InlineData("endless", "redirects", 11)]
    public async Task What_will_not_get_better_is_not_tried_again(string path, string expected, int requests)
    {
        using var server = new FileServer(Content);

        var error = await Assert.ThrowsAsync<DownloadException>(() => DownloadAsync(server, path));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(server.Root + path, error.Message, StringComparison.Ordinal);
        Assert.Equal(requests, server.Ranges.Count);
    }

    [Fact]
    public async Task Another_md5_is_an_error_and_leaves_nothing()
    {
        using var server = new FileServer(Content);

        var error = await Assert.ThrowsAsync<DownloadException>(() => DownloadAsync(server, md5: new string('0', 32)));

        Assert.Contains(Md5, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_file_beyond_the_limit_is_refused()
    {
        using var server = new FileServer(Content);

        var error = await Assert.ThrowsAsync<DownloadException>(() => DownloadAsync(server, options: new() { MaxBytes = 1000 }));

        Assert.Contains("more than weights can have", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_downloaded_again()
    {
        await File.WriteAllBytesAsync(Target, Content, TestContext.Current.CancellationToken);
        using var server = new FileServer(Content);

        await DownloadAsync(server);

        AssertDownloaded();
        Assert.Empty(server.Ranges);
    }

    [Fact]
    public async Task No_server_is_an_error_that_names_the_address()
    {
        var server = new FileServer(Content);
        server.Dispose();

        var error = await Assert.ThrowsAsync<DownloadException>(() => DownloadAsync(server));

        Assert.Contains(server.Root.AbsoluteUri, error.Message, StringComparison.Ordinal);
    }

    private async Task DownloadAsync(
        FileServer server, string path = "file.h5", string? md5 = null, DownloadOptions? options = null, Action<long, long?>? onBytes = null)
    {
        using var client = WeightDownload.CreateClient();
        await new WeightDownload(client, options ?? new() { Delay = TimeSpan.Zero }, TimeProvider.System)
            .DownloadAsync(new Uri(server.Root, path), md5 ?? Md5, Target, onBytes ?? ((_, _) => { }), TestContext.Current.CancellationToken);
    }

    private void AssertDownloaded()
    {
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal(["weights.h5"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }
}
