using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Buckets;
using LusPipeline.Buckets.S3;

namespace LusPipeline.IntegrationTests.Buckets;

/// <summary>A bucket, our view of it, and the plain client of another program.</summary>
internal sealed class S3Place(S3Options options, TimeProvider? clock = null) : IDisposable
{
    private readonly TemporaryFolder _scratch = new();
    private readonly S3Connection _connection = new(options);
    private S3VideoBucket? _videos;
    private S3WorkBucket? _work;

    public IAmazonS3 Others { get; } = PlainS3.Client(options);

    public S3Options Options => options;

    public S3Connection Connection => _connection;

    public string Scratch => _scratch.Path;

    public S3VideoBucket Videos => _videos ??= new(_connection, clock ?? TimeProvider.System);

    public S3WorkBucket Work => _work ??= new(_connection);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Task<PutObjectResponse> PutAsync(string key, string content) => PutAsync(key, Encoding.UTF8.GetBytes(content));

    public Task<PutObjectResponse> PutAsync(string key, byte[] content) =>
        Others.PutObjectAsync(new PutObjectRequest { BucketName = options.Name, Key = key, InputStream = new MemoryStream(content) }, Cancellation);

    public async Task<List<BucketObject>> ListAsync(bool all = false)
    {
        var items = new List<BucketObject>();
        await foreach (var item in all ? Videos.ListAllAsync(Cancellation) : Videos.ListAsync(Cancellation))
            items.Add(item);
        return items;
    }

    /// <summary>Every key that is in the bucket, by the plain client.</summary>
    public async Task<List<string>> KeysAsync() =>
        [.. ((await Others.ListObjectsV2Async(new ListObjectsV2Request { BucketName = options.Name }, Cancellation)).S3Objects ?? []).Select(item => item.Key)];

    public async Task<string> ContentAsync(BucketObject item)
    {
        using var local = await Videos.FetchAsync(item.Key, item.Tag, Path.Combine(_scratch.Path, "video"), Cancellation);
        Assert.Equal(new FileInfo(local.Path).Length, local.Size);
        return await File.ReadAllTextAsync(local.Path, Cancellation);
    }

    public void Dispose()
    {
        Others.Dispose();
        _connection.Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch.Path));
        _scratch.Dispose();
    }
}
