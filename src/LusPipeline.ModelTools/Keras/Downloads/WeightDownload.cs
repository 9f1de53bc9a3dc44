using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace LusPipeline.ModelTools.Keras.Downloads;

/// <summary>
/// Downloads one file over HTTP. An interrupted transfer is resumed if the server supports that, also by a later process. It starts again if the content
/// has changed meanwhile (RFC 9110: Range, If-Range). The file gets its final name only when it is complete and its md5 matches.
/// </summary>
/// <param name="http">A client that follows redirects and does not decompress.</param>
public sealed class WeightDownload(HttpClient http, DownloadOptions options, TimeProvider clock)
{
    private const int BufferBytes = 1 << 17;

    /// <summary>Makes an HTTP client with suitable settings.</summary>
    public static HttpClient CreateClient()
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxAutomaticRedirections = 10, AutomaticDecompression = DecompressionMethods.None })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("lus", null));
        return client;
    }

    /// <param name="md5">The expected md5 in lower-case hex. Null if none is known; then only the length is checked.</param>
    /// <param name="path">The file's path, in an existing folder. If it exists and its md5 matches, nothing is downloaded.</param>
    /// <param name="onBytes">Receives the number of bytes so far and the total, which is null if the server does not state it.</param>
    /// <exception cref="DownloadException">The file does not exist, is too large, has another md5, or is incomplete after all attempts.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public async Task DownloadAsync(Uri address, string? md5, string path, Action<long, long?> onBytes, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(onBytes);
        if (File.Exists(path) && (md5 is null || await PartialFile.Md5Async(path, cancellation).ConfigureAwait(false) == md5))
            return;
        var part = new PartialFile(path);
        if (md5 is null || part.Length == 0 || await PartialFile.Md5Async(part.Path, cancellation).ConfigureAwait(false) != md5)
            await TransferAsync(address, part, onBytes, cancellation).ConfigureAwait(false);
        if (md5 is not null && await PartialFile.Md5Async(part.Path, cancellation).ConfigureAwait(false) is var actual && actual != md5)
        {
            part.Delete();
            throw new DownloadException(
                $"{address}: the file that came has the md5 {actual}, not {md5}, and was deleted. "
                + "The server has another or a damaged file; try again, or give another address with --from.");
        }
        part.Finish();
    }

    private async Task TransferAsync(Uri address, PartialFile part, Action<long, long?> onBytes, CancellationToken cancellation)
    {
        var fruitless = 0;
        for (var attempt = 1; ; attempt++)
        {
            var before = part.Length;
            try
            {
                await AttemptAsync(address, part, onBytes, cancellation).ConfigureAwait(false);
                return;
            }
            catch (BrokenTransferException broken)
            {
                fruitless = part.Length > before ? 1 : fruitless + 1;
                if (fruitless >= options.Attempts || attempt >= options.MaxAttempts)
                    throw new DownloadException($"{address}: {broken.Message} It was tried {attempt} times; {part.Length} bytes are kept, and the same command goes on from there.", broken);
                await Task.Delay(options.Delay * Math.Pow(2, fruitless - 1), clock, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task AttemptAsync(Uri address, PartialFile part, Action<long, long?> onBytes, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (part.Tag is { } tag)
        {
            request.Headers.Range = new RangeHeaderValue(part.Length, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        }
        using var response = await PatientlyAsync(token => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), cancellation).ConfigureAwait(false);
        var resumed = Resumes(response, address, part);
        var content = response.Content.Headers;
        var whole = resumed ? content.ContentRange!.Length : content.ContentLength;
        if (whole > options.MaxBytes)
            throw TooLarge(address, whole.Value);

        var stream = resumed ? part.Continue() : part.Begin(response.Headers.ETag);
        await using (stream.ConfigureAwait(false))
        {
            await CopyAsync(address, response.Content, stream, whole, onBytes, cancellation).ConfigureAwait(false);
        }
        if (whole is { } expected && part.Length != expected)
            throw new BrokenTransferException($"The transfer ended after {part.Length} of {expected} bytes.");
    }

    /// <summary>Whether the response continues where the partial file ends. Otherwise the download starts again.</summary>
    private static bool Resumes(HttpResponseMessage response, Uri address, PartialFile part)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                return false;
            case HttpStatusCode.PartialContent when response.Content.Headers.ContentRange is { Unit: "bytes" } range && range.From == part.Length && part.Tag is not null:
                return true;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                part.Delete();
                throw new BrokenTransferException("The server did not go on where the transfer had ended.");
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                throw new BrokenTransferException($"The server answered {(int)response.StatusCode} {response.ReasonPhrase}.");
            case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                throw new DownloadException($"{address}: there is no such file ({(int)response.StatusCode}). Give another address of it with --from.");
            case var redirect when (int)redirect is >= 300 and < 400:
                throw new DownloadException($"{address}: its redirects do not end, or lead from https to {response.Headers.Location?.Scheme ?? "nowhere"}.");
            default:
                throw new DownloadException($"{address}: the server answered {(int)response.StatusCode} {response.ReasonPhrase}.");
        }
    }

    private async Task CopyAsync(Uri address, HttpContent content, FileStream target, long? whole, Action<long, long?> onBytes, CancellationToken cancellation)
    {
        var source = await PatientlyAsync(content.ReadAsStreamAsync, cancellation).ConfigureAwait(false);
        await using var closing = source.ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await PatientlyAsync(token => source.ReadAsync(buffer, token).AsTask(), cancellation).ConfigureAwait(false)) > 0)
            {
                if (target.Position + read > options.MaxBytes)
                    throw TooLarge(address, target.Position + read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                onBytes(target.Position, whole);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Runs one network step. A network failure becomes a <see cref="BrokenTransferException"/>.</summary>
    private async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> step, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(options.Stall, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            return await step(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BrokenTransferException($"Nothing came for {options.Stall.TotalSeconds:0.#} s.");
        }
        catch (Exception network) when (network is HttpRequestException or IOException)
        {
            throw new BrokenTransferException($"The connection failed ({network.Message}).", network);
        }
    }

    private DownloadException TooLarge(Uri address, long bytes) =>
        new($"{address}: {bytes} bytes are more than weights can have ({options.MaxBytes}).");
}
