using System.Net;
using System.Text;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Outcomes;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.Buckets;

/// <summary>The rights that <c>deploy/s3/policy.sh</c> gives are enough, and what happens without them.</summary>
public sealed class S3RightsTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_documented_rights_are_enough_for_a_worker(bool versioned)
    {
        var bucket = await servers.NewBucketAsync(versioned);
        using var owner = new S3Place(bucket);
        await owner.PutAsync("incoming/p/1.mp4", "a patient's");
        using var worker = new S3Place(await servers.AsWorkerOfAllStagesAsync(bucket, versioned ? ["--versioned"] : []));

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
        await WriteAsync(worker, "clips/b.npy", 10);
        // Deletions at one time go together.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => worker.Work.DeleteAsync(number == 0 ? "clips/b.npy" : $"clips/{number}.npy", Cancellation)));
        await worker.Work.DeleteAsync("clips/a.npy", Cancellation);
        Assert.Equal(["features/large", "incoming/p/1.mp4"], await owner.KeysAsync());
        await Assert.ThrowsAsync<Amazon.S3.AmazonS3Exception>(() => worker.PutAsync("incoming/p/1.mp4", "overwritten"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_of_one_stage_may_do_what_its_stage_does_and_nothing_of_the_others(bool versioned)
    {
        var bucket = await servers.NewBucketAsync(versioned);
        using var owner = new S3Place(bucket);
        await owner.PutAsync("incoming/p/1.mp4", "a patient's");
        await owner.PutAsync("elsewhere/p/1.mp4", "another's");
        var stages = await servers.AsStagesAsync(bucket, versioned ? ["--versioned"] : []);
        using S3Place ingest = new(stages.Ingest), features = new(stages.Features), sequence = new(stages.Sequence);

        Assert.Equal("a patient's", await ingest.ContentAsync(Assert.Single(await ingest.ListAsync())));
        await WriteAsync(ingest, "clips/a.npy", S3Sending.PartBytes + 1);
        await WriteAsync(ingest, "clips/b.npy", 10);
        Assert.True(await IsReadAsync(features, "clips/a.npy"));
        await WriteAsync(features, "features/a/x.npy", 10);
        await features.Work.DeleteAsync("clips/a.npy", Cancellation);
        Assert.False(await IsReadAsync(features, "clips/a.npy"));
        Assert.True(await IsReadAsync(sequence, "features/a/x.npy"));
        Assert.False(await IsReadAsync(sequence, "features/none.npy"));
        await WriteAsync(sequence, "results/a.json", 10);
        await using (var unfinished = await features.Work.CreateAsync("features/unfinished", Cancellation))
            await unfinished.WriteAsync(new byte[S3Sending.PartBytes + 1], Cancellation);
        await sequence.Work.DeleteUnfinishedAsync(DateTime.UtcNow.AddHours(1), Cancellation);
        await sequence.Work.DeleteAsync("clips/b.npy", Cancellation);
        Assert.Equal(["elsewhere/p/1.mp4", "features/a/x.npy", "incoming/p/1.mp4", "results/a.json"], await owner.KeysAsync());

        await owner.PutAsync("clips/c.npy", "c");
        foreach (var (place, key) in new[] { (ingest, "features/a/x.npy"), (ingest, "results/a.json"), (ingest, "elsewhere/p/1.mp4"), (features, "incoming/p/1.mp4"),
            (features, "results/a.json"), (sequence, "incoming/p/1.mp4"), (sequence, "clips/c.npy") })
        {
            await RefusedAsync(() => place.Others.GetObjectAsync(bucket.Name, key, Cancellation));
        }
        foreach (var (place, key) in new[] { (ingest, "features/a/x.npy"), (ingest, "results/a.json"), (ingest, "incoming/p/1.mp4"), (features, "clips/c.npy"),
            (features, "results/a.json"), (features, "incoming/p/1.mp4"), (sequence, "clips/c.npy"), (sequence, "features/a/x.npy"), (sequence, "incoming/p/1.mp4") })
        {
            await RefusedAsync(() => place.PutAsync(key, "overwritten"));
        }
        foreach (var (place, key) in new[] { (ingest, "features/a/x.npy"), (ingest, "incoming/p/1.mp4"), (features, "results/a.json"), (features, "incoming/p/1.mp4"),
            (sequence, "features/a/x.npy"), (sequence, "incoming/p/1.mp4") })
        {
            await RefusedAsync(() => place.Others.DeleteObjectAsync(bucket.Name, key, Cancellation));
        }
        foreach (var place in new[] { ingest, features, sequence })
            await RefusedAsync(() => place.Others.DeleteBucketPolicyAsync(bucket.Name, Cancellation));
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

    private static async Task<bool> IsReadAsync(S3Place place, string key)
    {
        using var content = await place.Work.ReadAsync(key, int.MaxValue, Cancellation);
        return content is not null;
    }

    private static async Task RefusedAsync(Func<Task> act) =>
        Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<Amazon.S3.AmazonS3Exception>(act)).StatusCode);

    private static async Task WriteAsync(S3Place place, string key, int bytes)
    {
        await using var writer = await place.Work.CreateAsync(key, Cancellation);
        await writer.WriteAsync(Encoding.UTF8.GetBytes(new string('x', bytes)), Cancellation);
        await writer.CommitAsync(Cancellation);
    }
}
