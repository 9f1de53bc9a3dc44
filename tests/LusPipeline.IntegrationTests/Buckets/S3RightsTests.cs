using System.Text;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Buckets;

/// <summary>The rights that docs/operating/s3.md lists are enough, and what happens without them.</summary>
public sealed class S3RightsTests(TestServers servers)
{
    private static readonly string[] OfBucket = ["s3:ListBucket", "s3:ListBucketMultipartUploads"];
    private static readonly string[] OfOwn = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"];
    private static readonly string[] OfVersions = ["s3:ListBucketVersions", "s3:GetObjectVersion", "s3:DeleteObjectVersion"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_documented_rights_are_enough_for_a_worker(bool versioned)
    {
        var bucket = await servers.NewBucketAsync(versioned);
        using var owner = new S3Place(bucket);
        await owner.PutAsync("incoming/p/1.mp4", "a patient's");
        using var worker = new S3Place(await servers.AsWorkerAsync(
            bucket,
            new { Action = versioned ? [.. OfBucket, "s3:ListBucketVersions"] : OfBucket, Resource = Arn(bucket, "") },
            new { Action = versioned ? ["s3:GetObject", "s3:GetObjectVersion"] : new[] { "s3:GetObject" }, Resource = Arn(bucket, "/*") },
            new { Action = versioned ? [.. OfOwn, .. OfVersions] : OfOwn, Resource = new[] { Arn(bucket, "/clips/*"), Arn(bucket, "/features/*"), Arn(bucket, "/results/*") } }));

        await worker.Connection.CheckAsync(Cancellation);
        Assert.Equal("a patient's", await worker.ContentAsync(Assert.Single(await worker.ListAsync())));
        await WriteAsync(worker, "clips/a.npy", 10);
        await WriteAsync(worker, "features/large", S3Sending.PartBytes + 1);
        await using (var unfinished = await worker.Work.CreateAsync("features/unfinished", Cancellation))
            await unfinished.WriteAsync(new byte[S3Sending.PartBytes + 1], Cancellation);
        Assert.Equal(0, await worker.Work.DeleteUnfinishedAsync(DateTime.UtcNow.AddHours(1), Cancellation));
        using (var local = await worker.Work.ReadAsync("clips/a.npy", int.MaxValue, Cancellation))
            Assert.NotNull(local);
        Assert.Null(await worker.Work.ReadAsync("clips/none", int.MaxValue, Cancellation));
        await worker.Work.DeleteAsync("clips/a.npy", Cancellation);
        Assert.Equal(["features/large", "incoming/p/1.mp4"], await owner.KeysAsync());
        await Assert.ThrowsAsync<Amazon.S3.AmazonS3Exception>(() => worker.PutAsync("incoming/p/1.mp4", "overwritten"));
    }

    [Fact]
    public async Task A_missing_right_stops_the_worker_and_tells_which_rights_it_needs()
    {
        var bucket = await servers.NewBucketAsync();
        using var worker = new S3Place(await servers.AsWorkerAsync(bucket, new { Action = "s3:ListBucket", Resource = Arn(bucket, "") }));
        await worker.Connection.CheckAsync(Cancellation);

        var refused = await Assert.ThrowsAsync<BrokenEngineException>(() => WriteAsync(worker, "clips/a.npy", 10));
        await Assert.ThrowsAsync<BrokenEngineException>(() => WriteAsync(worker, "clips/a.npy", S3Sending.PartBytes + 1));
        await Assert.ThrowsAsync<BrokenEngineException>(() => worker.Work.DeleteAsync("clips/a.npy", Cancellation));
        await Assert.ThrowsAsync<BrokenEngineException>(() => worker.Work.DeleteUnfinishedAsync(DateTime.UtcNow, Cancellation));

        Assert.Contains("Bucket:AccessKey", refused.Message, StringComparison.Ordinal);
        Assert.Contains("clips/, features/, results/", refused.Message, StringComparison.Ordinal);
        using var none = new S3Place(await servers.AsWorkerAsync(bucket, new { Action = "s3:GetObject", Resource = Arn(bucket, "/x") }));
        await Assert.ThrowsAsync<BrokenEngineException>(() => none.Connection.CheckAsync(Cancellation));
        await Assert.ThrowsAsync<BrokenEngineException>(() => none.ListAsync());
    }

    [Fact]
    public async Task A_video_that_may_not_be_read_is_unreadable_and_the_others_are_read()
    {
        var bucket = await servers.NewBucketAsync();
        using var owner = new S3Place(bucket);
        await owner.PutAsync("incoming/p/1.mp4", "1");
        await owner.PutAsync("incoming/p/2.mp4", "2");
        using var worker = new S3Place(await servers.AsWorkerAsync(
            bucket, new { Action = "s3:ListBucket", Resource = Arn(bucket, "") }, new { Action = "s3:GetObject", Resource = Arn(bucket, "/incoming/p/2.mp4") }));

        var items = await worker.ListAsync();

        Assert.Equal(ReasonCode.Unreadable, (await Assert.ThrowsAsync<RejectedException>(() => worker.ContentAsync(items[0]))).Reason);
        Assert.Equal("2", await worker.ContentAsync(items[1]));
    }

    private static string Arn(S3Options bucket, string below) => $"arn:aws:s3:::{bucket.Name}{below}";

    private static async Task WriteAsync(S3Place place, string key, int bytes)
    {
        await using var writer = await place.Work.CreateAsync(key, Cancellation);
        await writer.WriteAsync(Encoding.UTF8.GetBytes(new string('x', bytes)), Cancellation);
        await writer.CommitAsync(Cancellation);
    }
}
