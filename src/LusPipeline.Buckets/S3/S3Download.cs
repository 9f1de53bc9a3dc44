using System.Buffers;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.S3;

/// <summary>
/// Reads the bytes of one object. If the connection breaks or no data arrives, reading continues where it stopped, from the same content.
/// </summary>
/// <remarks>An answer about this object alone is thrown as <see cref="AmazonS3Exception"/>.</remarks>
/// <param name="connection">The bucket.</param>
/// <param name="anothers">Whether the objects are users', so that the pipeline may lack the right to read some of them.</param>
internal sealed class S3Download(S3Connection connection, bool anothers)
{
    private const int BufferBytes = 1 << 17;

    /// <summary>How many times in a row a response may break without a byte before the bucket counts as unavailable.</summary>
    private const int MostBreaks = 4;

    /// <param name="request">The object, without a range.</param>
    /// <param name="offset">Position of the first byte, from 0.</param>
    /// <param name="buffer">Is filled from its start.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The number of bytes read. It is smaller than the buffer only at the object's end.</returns>
    public async Task<int> ReadAsync(GetObjectRequest request, long offset, Memory<byte> buffer, CancellationToken cancellation) =>
        (int)(await ReadAsync(request, offset, offset + buffer.Length, _ => true, read => buffer[(int)read..], null, cancellation).ConfigureAwait(false))!.Value;

    /// <summary>
    /// Reads the object into pooled memory. It is requested as a range, because the SDK computes the MD5 of whole objects in managed code,
    /// which takes longer than the transfer.
    /// </summary>
    /// <returns>Null if the object is larger than <paramref name="most"/> bytes.</returns>
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

    /// <summary>Downloads the object to a file, and replaces a file that is there. If the download fails, the file is deleted.</summary>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="BrokenEngineException">The disk cannot be written, for example because it is full.</exception>
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

    /// <param name="begin">Receives the number of bytes that will be read. It returns false to skip the object.</param>
    /// <param name="room">Returns the buffer for the next bytes. Its argument is the number of bytes read so far.</param>
    /// <param name="took">Called with the number of bytes that arrived; null if they need no further handling.</param>
    /// <returns>The number of bytes read, or null if the object was skipped.</returns>
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
            {
                throw new BrokenEngineException(
                    $"{connection.Options.Place} gives whole objects where a part was asked for, so that a broken download cannot be taken up again: "
                    + $"correct {S3Options.Section}:{nameof(S3Options.Endpoint)}.");
            }
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

    /// <returns>Null if the object ends before that position.</returns>
    private async Task<GetObjectResponse?> BeginAsync(GetObjectRequest request, long at, long end, CancellationToken cancellation)
    {
        // The SDK has no range without an end. Servers end the range at the object's end.
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

    /// <returns>The number of bytes read, or the error that ended the reading.</returns>
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
