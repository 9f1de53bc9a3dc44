using System.Buffers;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>Reads one object's bytes. A body that breaks off or falls silent is taken up again where it stopped, from the same content.</summary>
/// <remarks>An answer about the object alone comes as <see cref="AmazonS3Exception"/>.</remarks>
/// <param name="connection">The bucket.</param>
/// <param name="anothers">The objects are users', and not all may be for us to read.</param>
internal sealed class S3Download(S3Connection connection, bool anothers)
{
    private const int BufferBytes = 1 << 17;

    /// <summary>Broken bodies in a row, without a byte between them, before the bucket counts as down.</summary>
    private const int MostBreaks = 4;

    /// <param name="request">The object, without a range.</param>
    /// <param name="offset">The first byte, from 0.</param>
    /// <param name="buffer">Filled from its start.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>Bytes read: fewer than the buffer holds only at the object's end.</returns>
    public async Task<int> ReadAsync(GetObjectRequest request, long offset, Memory<byte> buffer, CancellationToken cancellation) =>
        (int)(await ReadAsync(request, offset, offset + buffer.Length, _ => true, read => buffer[(int)read..], null, cancellation).ConfigureAwait(false))!.Value;

    /// <summary>
    /// The object in pooled memory, asked for as a range: of whole objects the SDK computes MD5 in managed code, which takes longer than
    /// the transfer.
    /// </summary>
    /// <returns>Null when it is larger than <paramref name="most"/> bytes.</returns>
    public async Task<IMemoryOwner<byte>?> ToMemoryAsync(GetObjectRequest request, int most, CancellationToken cancellation)
    {
        RentedBytes? bytes = null;
        try
        {
            if (await ReadAsync(request, 0, most + 1L, Begin, read => bytes!.Memory[(int)read..], null, cancellation).ConfigureAwait(false) is null)
                return null;
            var whole = bytes ?? new(0);
            bytes = null;
            return whole;
        }
        finally
        {
            bytes?.Dispose();
        }

        bool Begin(long length)
        {
            if (length > most)
                return false;
            bytes = new((int)length);
            return true;
        }
    }

    /// <summary>Makes the object a file, in place of one that is there. A file that could not be made whole is gone.</summary>
    /// <returns>Bytes.</returns>
    /// <exception cref="BrokenEngineException">The disk takes no more.</exception>
    public async Task<long> ToFileAsync(GetObjectRequest request, string path, CancellationToken cancellation)
    {
        var file = Create(path);
        using var buffer = new RentedBytes(BufferBytes);
        try
        {
            await using (file.ConfigureAwait(false))
            {
                return (await ReadAsync(
                    request, 0, long.MaxValue, _ => true, _ => buffer.Memory, (read, token) => WriteAsync(file, buffer.Memory[..read], token), cancellation)
                    .ConfigureAwait(false))!.Value;
            }
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    private static FileStream Create(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw DiskSpace.Broken(Path.GetDirectoryName(path)!, error);
        }
    }

    private static async ValueTask WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await file.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw DiskSpace.Broken(Path.GetDirectoryName(file.Name)!, error);
        }
    }

    /// <param name="begin">Told the bytes that there are to read; false to leave them.</param>
    /// <param name="room">Where the next bytes go, by how many were read before them.</param>
    /// <param name="took">Told how many came each time; null where they are where they belong.</param>
    /// <returns>Bytes read, or null when they were left.</returns>
    private async Task<long?> ReadAsync(
        GetObjectRequest request, long start, long end, Func<long, bool> begin, Func<long, Memory<byte>> room, Func<int, CancellationToken, ValueTask>? took,
        CancellationToken cancellation)
    {
        var at = start;
        for (var (begun, breaks) = (false, 0); ; breaks++)
        {
            using var answer = await BeginAsync(request, at, end, cancellation).ConfigureAwait(false);
            if (answer is null)
                return at - start;
            if (at > 0 && answer.HttpStatusCode != HttpStatusCode.PartialContent)
                throw new BrokenEngineException($"{connection.Options.Place} gives whole objects where a part was asked for, so that a broken download cannot be taken up again: correct {S3Options.Section}:{nameof(S3Options.Endpoint)}.");
            if (!begun && !begin(answer.ContentLength))
                return null;
            begun = true;
            request.EtagToMatch ??= answer.ETag;
            var whole = at + answer.ContentLength;
            var before = at;
            Exception? broken = null;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            while (at < whole && broken is null)
            {
                var (read, error) = await PieceAsync(answer.ResponseStream, room(at - start), patience, cancellation).ConfigureAwait(false);
                broken = error ?? (read == 0 ? new EndOfStreamException() : null);
                if (took is not null)
                    await took(read, cancellation).ConfigureAwait(false);
                at += read;
            }
            if (at == whole)
                return at - start;
            if (at > before)
                breaks = 0;
            if (breaks == MostBreaks)
                throw S3Fault.Translate(broken!, connection.Options, cancellation)!;
        }
    }

    /// <returns>Null when the object has no byte there.</returns>
    private async Task<GetObjectResponse?> BeginAsync(GetObjectRequest request, long at, long end, CancellationToken cancellation)
    {
        // The SDK has no range without an end; servers end it where the object ends.
        request.ByteRange = at == 0 && end == long.MaxValue ? null : new ByteRange(at, end - 1);
        try
        {
            return await connection.CallAsync(() => connection.Client.GetObjectAsync(request, cancellation), cancellation, anothers).ConfigureAwait(false);
        }
        catch (AmazonS3Exception answer) when (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return null;
        }
    }

    /// <returns>The bytes read, or why there are no more of them.</returns>
    private async Task<(int Read, Exception? Error)> PieceAsync(Stream body, Memory<byte> buffer, CancellationTokenSource patience, CancellationToken cancellation)
    {
        patience.CancelAfter(connection.Options.Timeout);
        try
        {
            return (await body.ReadAsync(buffer, patience.Token).ConfigureAwait(false), null);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return (0, error);
        }
    }
}
