using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>Deletes objects. Those that are asked for while a request is on its way go together in the next one.</summary>
internal sealed class S3Deleting(S3Connection connection)
{
    /// <summary>S3's most keys of one request.</summary>
    private const int MostKeys = 1000;

    private static readonly ParallelOptions Several = new() { MaxDegreeOfParallelism = 8 };

    private readonly Lock _gate = new();
    private readonly Queue<Wish> _wishes = new();
    private bool _sending;
    private bool _oneByOne;

    /// <summary>Deletes an object; one that is not there is no error.</summary>
    /// <param name="key">The object's whole key.</param>
    /// <param name="cancellation">Ends the wait; whether the object is there then is not known.</param>
    /// <exception cref="BucketUnavailableException">The bucket does not answer.</exception>
    /// <exception cref="BrokenEngineException">It refuses us.</exception>
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
            // Some servers say so of what is deleted twice.
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

    /// <returns>False when the server does not do it, or not for all: each is worth a request of its own.</returns>
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
            if (!await connection.CallAsync(() => AllDeletedAsync(request), CancellationToken.None).ConfigureAwait(false))
                return false;
        }
        catch (AmazonS3Exception)
        {
            // It knows no such request, or wants it otherwise than others do.
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
            // Nobody may wait any longer.
            _ = Done.Task.Exception;
        }
    }
}
