using System.Collections.Concurrent;
using System.Text;
using Amazon.S3.Model;
using LusPipeline.Buckets;
using LusPipeline.Buckets.Folder;
using LusPipeline.Buckets.S3;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Buckets;

/// <summary>Our own objects in a real S3 bucket, and the same contract of a folder.</summary>
public sealed class S3WorkBucketTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("folder")]
    [InlineData("S3")]
    [InlineData("S3 with versions")]
    [InlineData("S3 below a prefix")]
    public async Task Objects_appear_whole_are_replaced_listed_and_deleted(string kind)
    {
        using var folder = new TemporaryFolder();
        using var place = kind == "folder" ? null : new S3Place(await servers.NewBucketAsync(kind.Contains("versions", StringComparison.Ordinal)) with { WorkPrefix = kind.Contains("prefix", StringComparison.Ordinal) ? "own/work/" : "" });
        IWorkBucket work = place is null ? new WorkFolder(folder["home"]) : place.Work;

        await using (var writer = await work.CreateAsync("features/a/b.npy", Cancellation))
        {
            await writer.WriteAsync("one "u8.ToArray(), Cancellation);
            Assert.Null(await work.ReadAsync("features/a/b.npy", int.MaxValue, Cancellation));
            await writer.WriteAsync("two"u8.ToArray(), Cancellation);
            await writer.CommitAsync(Cancellation);
        }
        Assert.Equal("one two", await ContentAsync(work, "features/a/b.npy"));
        await using (var writer = await work.CreateAsync("features/a/unfinished", Cancellation))
            await writer.WriteAsync(new byte[100], Cancellation);
        await PutAsync(work, "features/a/b.npy", "three");
        await File.WriteAllTextAsync(folder["file"], "four", Cancellation);
        await work.PutFileAsync("clips/c.npy", folder["file"], Cancellation);
        Assert.False(File.Exists(folder["file"]));
        await PutAsync(work, "results/r.json", "six");

        Assert.Equal(("three", "four", "six"), (await ContentAsync(work, "features/a/b.npy"), await ContentAsync(work, "clips/c.npy"), await ContentAsync(work, "results/r.json")));
        Assert.Null(await work.ReadAsync("clips/c.npy", "four".Length - 1, Cancellation));
        using (var whole = await work.ReadAsync("clips/c.npy", "four".Length, Cancellation))
            Assert.Equal("four", Encoding.UTF8.GetString(whole!.Memory.Span));
        await PutAsync(work, "clips/empty", "");
        Assert.Equal("", await ContentAsync(work, "clips/empty"));
        await work.DeleteAsync("clips/empty", Cancellation);
        Assert.Equal(["clips/c.npy", "features/a/b.npy", "results/r.json"], await KeysAsync(work, ""));
        Assert.Equal(["features/a/b.npy"], await KeysAsync(work, "features/a/"));
        Assert.Empty(await KeysAsync(work, "features/b/"));
        await work.DeleteAsync("features/a/b.npy", Cancellation);
        await work.DeleteAsync("features/a/b.npy", Cancellation);
        Assert.Equal(["clips/c.npy", "results/r.json"], await KeysAsync(work, ""));
        Assert.Null(await work.ReadAsync("features/a/b.npy", int.MaxValue, Cancellation));
    }

    [Theory]
    [InlineData("incoming/p/1.mp4")]
    [InlineData("clips/../incoming/p/1.mp4")]
    [InlineData("/clips/1")]
    [InlineData("clips//1")]
    [InlineData("clips")]
    [InlineData("other")]
    [InlineData("")]
    public async Task Nothing_but_our_own_objects_can_be_written_or_deleted(string key)
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        await place.PutAsync("incoming/p/1.mp4", "a patient's");
        await File.WriteAllTextAsync(Path.Combine(place.Scratch, "file"), "x", Cancellation);

        await Assert.ThrowsAnyAsync<ArgumentException>(() => place.Work.DeleteAsync(key, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => place.Work.CreateAsync(key, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => place.Work.PutFileAsync(key, Path.Combine(place.Scratch, "file"), Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => place.Work.ReadAsync(key, int.MaxValue, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => KeysAsync(place.Work, "incoming/"));

        File.Delete(Path.Combine(place.Scratch, "file"));
        Assert.Equal(["incoming/p/1.mp4"], await place.KeysAsync());
    }

    [Fact]
    public async Task Large_objects_are_sent_in_parts_and_come_back_the_same()
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        using var folder = new TemporaryFolder();
        var content = new byte[(2 * S3Sending.PartBytes) + 12_345];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(folder["file"], content, Cancellation);

        await using (var writer = await place.Work.CreateAsync("features/written", Cancellation))
        {
            foreach (var chunk in content.Chunk(1_000_003))
                await writer.WriteAsync(chunk, Cancellation);
            await writer.CommitAsync(Cancellation);
        }
        await place.Work.PutFileAsync("features/file", folder["file"], Cancellation);
        await using (var writer = await place.Work.CreateAsync("features/exact", Cancellation))
        {
            await writer.WriteAsync(content.AsMemory(0, S3Sending.PartBytes), Cancellation);
            await writer.CommitAsync(Cancellation);
        }

        foreach (var key in new[] { "features/written", "features/file" })
        {
            using var local = (await place.Work.ReadAsync(key, int.MaxValue, Cancellation))!;
            Assert.Equal(content, local.Memory.ToArray());
            Assert.EndsWith("-3\"", (await place.Others.GetObjectMetadataAsync(place.Options.Name, key, Cancellation)).ETag, StringComparison.Ordinal);
        }
        using var exact = (await place.Work.ReadAsync("features/exact", int.MaxValue, Cancellation))!;
        Assert.Equal(S3Sending.PartBytes, exact.Memory.Length);
    }

    [Fact]
    public async Task Parts_that_are_not_finished_are_dropped()
    {
        using var place = new S3Place(await servers.NewBucketAsync());
        await using (var writer = await place.Work.CreateAsync("features/a", Cancellation))
            await writer.WriteAsync(new byte[S3Sending.PartBytes + 1], Cancellation);
        Assert.Empty(await UploadsAsync());

        // What a killed process leaves, and what another program is at.
        await place.Others.InitiateMultipartUploadAsync(place.Options.Name, "features/b", Cancellation);
        await place.Others.InitiateMultipartUploadAsync(place.Options.Name, "incoming/p/1.mp4", Cancellation);
        Assert.Equal(0, await place.Work.DeleteUnfinishedAsync(DateTime.UtcNow.AddHours(-1), Cancellation));
        Assert.Equal(1, await place.Work.DeleteUnfinishedAsync(DateTime.UtcNow.AddHours(1), Cancellation));

        Assert.Equal(["incoming/p/1.mp4"], await UploadsAsync());

        async Task<List<string>> UploadsAsync() =>
            [.. ((await place.Others.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = place.Options.Name }, Cancellation)).MultipartUploads ?? []).Select(upload => upload.Key)];
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Objects_that_are_deleted_at_a_time_go_together_where_the_server_does_that(bool together)
    {
        var upstream = await servers.NewBucketAsync();
        var requests = new ConcurrentQueue<string>();
        await using var proxy = new FaultyProxy(upstream.Endpoint!)
        {
            OnRequest = head =>
            {
                requests.Enqueue(head.Split(' ')[0]);
                return ValueTask.FromResult(head.StartsWith("POST", StringComparison.Ordinal) && !together ? RequestFault.NotImplemented : RequestFault.None);
            },
        };
        proxy.Pass();
        using var place = new S3Place(upstream with { Endpoint = proxy.Address(upstream.Endpoint!) });
        string[] keys = [.. Enumerable.Range(0, 60).Select(index => $"clips/{index} ä&<.npy")];
        foreach (var key in keys.Append("clips/kept"))
            await PutAsync(place.Work, key, "x");
        requests.Clear();

        await Task.WhenAll(keys.Append("clips/missing").Select(key => place.Work.DeleteAsync(key, Cancellation)));

        string[] sent = [.. requests];
        Assert.Equal(["clips/kept"], await KeysAsync(place.Work, "clips/"));
        if (together)
            Assert.True(sent.Length <= 10, string.Join(' ', sent));
        else
            Assert.Equal((1, 61), (sent.Count(method => method == "POST"), sent.Count(method => method == "DELETE")));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("S3")]
    public async Task An_object_has_its_sidecar(string kind)
    {
        const string Sidecar = """{"bundle":"xception\u002Blstm","shape":[20,2048]}""";
        using var folder = new TemporaryFolder();
        using var place = kind == "folder" ? null : new S3Place(await servers.NewBucketAsync());
        IWorkBucket work = place is null ? new WorkFolder(folder["home"]) : place.Work;

        await work.PutAsync("features/a/b.npy", "first"u8.ToArray(), "{}", Cancellation);
        await work.PutAsync("features/a/b.npy", "xcontent"u8.ToArray().AsMemory(1), Sidecar, Cancellation);

        Assert.Equal("content", await ContentAsync(work, "features/a/b.npy"));
        Assert.Equal(Sidecar, place is null
            ? await ContentAsync(work, "features/a/b.npy.json")
            : (await place.Others.GetObjectMetadataAsync(place.Options.Name, "features/a/b.npy", Cancellation)).Metadata["lus-sidecar"]);
    }

    [Fact]
    public async Task Deleting_in_a_bucket_of_versions_keeps_none_of_them()
    {
        using var place = new S3Place(await servers.NewBucketAsync(versioned: true));
        await PutAsync(place.Work, "clips/a", "1");
        await PutAsync(place.Work, "clips/a", "2");
        await PutAsync(place.Work, "clips/ab", "3");

        await place.Work.DeleteAsync("clips/a", Cancellation);

        var versions = await place.Others.ListVersionsAsync(new ListVersionsRequest { BucketName = place.Options.Name }, Cancellation);
        Assert.Equal(["clips/ab"], versions.Versions.Select(version => version.Key));
    }

    private static async Task PutAsync(IWorkBucket work, string key, string content)
    {
        await using var writer = await work.CreateAsync(key, Cancellation);
        await writer.WriteAsync(Encoding.UTF8.GetBytes(content), Cancellation);
        await writer.CommitAsync(Cancellation);
    }

    private static async Task<string?> ContentAsync(IWorkBucket work, string key)
    {
        using var local = await work.ReadAsync(key, int.MaxValue, Cancellation);
        return local is null ? null : Encoding.UTF8.GetString(local.Memory.Span);
    }

    private static async Task<List<string>> KeysAsync(IWorkBucket work, string prefix)
    {
        var keys = new List<string>();
        await foreach (var item in work.ListAsync(prefix, Cancellation))
            keys.Add(item.Key);
        return keys;
    }
}
