using System.Buffers;
using System.Runtime.InteropServices;

namespace LusPipeline.Buckets;

/// <summary>
/// Keeps objects that this process has just written, so that its own next stage need not fetch them. Each object is handed out once, within
/// <see cref="Patience"/>, as long as there is room for it. The bucket always gets the object first, so nothing depends on this cache.
/// </summary>
public sealed class RecentObjects : IWorkBucket, IDisposable
{
    /// <summary>How long an object is kept. After this time, another worker probably has its message.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly IWorkBucket _bucket;
    private readonly TimeProvider _clock;
    private readonly long _room;
    private readonly Dictionary<string, Kept> _kept = [];
    private readonly Lock _gate = new();
    private readonly ITimer _expiry;
    private long _taken;

    /// <param name="bucket">The bucket that holds the objects.</param>
    /// <param name="clock">Measures the age of the objects.</param>
    /// <param name="room">The largest number of bytes to keep. Clip frames are mapped from a file whose name is already deleted.</param>
    public RecentObjects(IWorkBucket bucket, TimeProvider clock, long room)
    {
        ArgumentNullException.ThrowIfNull(clock);
        (_bucket, _clock, _room) = (bucket, clock, room);
        _expiry = clock.CreateTimer(_ => DropOld(), null, Patience, Patience);
    }

    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, string sidecar, CancellationToken cancellation)
    {
        await _bucket.PutAsync(key, content, sidecar, cancellation).ConfigureAwait(false);
        Keep(key, new Bytes(MemoryMarshal.AsMemory(content)));
    }

    public async Task PutFileAsync(string key, string path, CancellationToken cancellation)
    {
        Take(key)?.Dispose();
        IMemoryOwner<byte>? map = TryMap(path);
        try
        {
            await _bucket.PutFileAsync(key, path, cancellation).ConfigureAwait(false);
        }
        catch
        {
            map?.Dispose();
            throw;
        }
        if (map is not null)
            Keep(key, map);
    }

    public Task<IMemoryOwner<byte>?> ReadAsync(string key, int most, CancellationToken cancellation)
    {
        if (Take(key) is not { } own)
            return _bucket.ReadAsync(key, most, cancellation);
        if (own.Memory.Length <= most)
            return Task.FromResult<IMemoryOwner<byte>?>(own);
        own.Dispose();
        return Task.FromResult<IMemoryOwner<byte>?>(null);
    }

    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        Take(key)?.Dispose();
        return _bucket.DeleteAsync(key, cancellation);
    }

    public Task<ObjectWriter> CreateAsync(string key, CancellationToken cancellation) => _bucket.CreateAsync(key, cancellation);

    public Task<int> DeleteUnfinishedAsync(DateTime before, CancellationToken cancellation) => _bucket.DeleteUnfinishedAsync(before, cancellation);

    public IAsyncEnumerable<BucketObject> ListAsync(string prefix, CancellationToken cancellation) => _bucket.ListAsync(prefix, cancellation);

    public void Dispose()
    {
        _expiry.Dispose();
        Drop(_ => true);
    }

    private FileMap? TryMap(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            lock (_gate)
            {
                if (_taken + file.Length <= _room)
                    return new FileMap(file);
            }
            file.Dispose();
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null; // The bucket runs into the same error, and reports it.
        }
    }

    private void Keep(string key, IMemoryOwner<byte> content)
    {
        Take(key)?.Dispose();
        lock (_gate)
        {
            if (_taken + content.Memory.Length <= _room && _kept.TryAdd(key, new(content, _clock.GetTimestamp())))
            {
                _taken += content.Memory.Length;
                return;
            }
        }
        content.Dispose();
    }

    private IMemoryOwner<byte>? Take(string key)
    {
        lock (_gate)
        {
            if (!_kept.Remove(key, out var own))
                return null;
            _taken -= own.Content.Memory.Length;
            return own.Content;
        }
    }

    private void DropOld() => Drop(own => _clock.GetElapsedTime(own.Since) >= Patience);

    private void Drop(Predicate<Kept> which)
    {
        List<string> keys;
        lock (_gate)
            keys = [.. _kept.Where(pair => which(pair.Value)).Select(pair => pair.Key)];
        keys.ForEach(key => Take(key)?.Dispose());
    }

    private sealed record Kept(IMemoryOwner<byte> Content, long Since);

    private sealed class Bytes(Memory<byte> memory) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => memory;

        public void Dispose()
        {
        }
    }
}
