using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>Deletes objects. Requests that arrive while one is being sent are combined in the next one.</summary>
internal sealed class S3Deleting(S3Connection connection)
{
    /// <summary>The largest number of keys that S3 accepts in one request.</summary>
    private const int MostKeys = 1000;

    private static readonly ParallelOptions Several = new() { MaxDegreeOfParallelism = 8 };

    private readonly Lock _gate = new();
    private readonly Queue<Wish> _wishes = new();
    private bool _sending;
    private bool _oneByOne;

    /// <summary>Deletes an object. If it does not exist, this is no error.</summary>
    /// <param name="key">The object's whole key.</param>
    /// <param name="cancellation">Ends the wait. Whether the object still exists is then unknown.</param>
    /// <exception cref="BucketUnavailableException">The bucket does not answer.</exception>
    /// <exception cref="BrokenEngineException">The bucket refuses the request.</exception>
    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        var wish = new Wish(key);
        lock (_gate)
        {
            _wishes.Enqueue(wish);
            if (!_sending)
            {
                _sending = true;
                _ = Task.Run(SendAsync, CancellationToken.None);
            }
        }
        return wish.Done.Task.WaitAsync(cancellation);
    }

    /// <summary>Deletes one version of an object for good.</summary>
    /// <inheritdoc cref="DeleteAsync(string, CancellationToken)"/>
    public async Task DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        try
        {
            await connection.CallAsync(
                () => connection.Client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = connection.Bucket, Key = key, VersionId = version }, cancellation),
                cancellation).ConfigureAwait(false);
        }
        catch (AmazonS3Exception answer) when (S3Fault.IsMissing(answer))
        {
            // Some servers answer this if an object is deleted twice.
        }
    }

    private async Task SendAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            if (batch.Count == 1 || _oneByOne || !await TryTogetherAsync(batch).ConfigureAwait(false))
                await Parallel.ForEachAsync(batch, Several, (wish, _) => new ValueTask(OneAsync(wish))).ConfigureAwait(false);
        }
    }

    private List<Wish> Take()
    {
        lock (_gate)
        {
            var batch = new List<Wish>(Math.Min(_wishes.Count, MostKeys));
            while (batch.Count < MostKeys && _wishes.TryDequeue(out var wish))
                batch.Add(wish);
            _sending = batch.Count > 0;
            return batch;
        }
    }

    /// <returns>
    /// False if the server does not support the request, or did not delete all keys. Each key is then deleted by a request of its own.
    /// </returns>
    private async Task<bool> TryTogetherAsync(List<Wish> batch)
    {
        var request = new DeleteObjectsRequest
        {
            BucketName = connection.Bucket,
            Quiet = true,
            Objects = [.. batch.Select(wish => new KeyVersion { Key = wish.Key })],
        };
        try
        {
            if (!await connection.CallAsync(() => AllDeletedAsync(request), CancellationToken.None, deniedIsAnswer: true).ConfigureAwait(false))
                return false;
        }
        catch (AmazonS3Exception)
        {
            // The server does not know this request, or expects another form of it. Ceph 16 denies it to a user who may delete only below some
            // folders, and grants each deletion by itself.
            _oneByOne = true;
            return false;
        }
        catch (Exception failure)
        {
            batch.ForEach(wish => wish.Fail(failure));
            return true;
        }
        batch.ForEach(wish => wish.Done.TrySetResult());
        return true;
    }

    private async Task<bool> AllDeletedAsync(DeleteObjectsRequest request)
    {
        try
        {
            await connection.Client.DeleteObjectsAsync(request).ConfigureAwait(false);
            return true;
        }
        catch (DeleteObjectsException)
        {
            return false;
        }
    }

    private async Task OneAsync(Wish wish)
    {
        try
        {
            await DeleteAsync(wish.Key, version: null, CancellationToken.None).ConfigureAwait(false);
            wish.Done.TrySetResult();
        }
        catch (Exception failure)
        {
            wish.Fail(failure);
        }
    }

    private sealed record Wish(string Key)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Fail(Exception failure)
        {
            Done.TrySetException(failure);
            // Nobody may be waiting for this any more, so the exception is marked as observed.
            _ = Done.Task.Exception;
        }
    }
}
