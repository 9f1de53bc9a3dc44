using System.Buffers;

namespace LusPipeline.Buckets;

/// <summary>The first <paramref name="length"/> bytes of a pooled array. Disposing this returns the array to the pool.</summary>
internal sealed class RentedBytes(int length) : IMemoryOwner<byte>
{
    private byte[]? _array = ArrayPool<byte>.Shared.Rent(length);

    public Memory<byte> Memory => (_array ?? throw new ObjectDisposedException(nameof(RentedBytes))).AsMemory(0, length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is { } rented)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
