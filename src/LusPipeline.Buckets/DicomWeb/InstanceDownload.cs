using System.Net;
using LusPipeline.Core.Outcomes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace LusPipeline.Buckets.DicomWeb;

/// <summary>
/// Retrieves single instances as they are stored (WADO-RS, PS3.18 chapter 10.4). The standard has no ranges, so a broken answer is read again from its start.
/// </summary>
internal sealed class InstanceDownload(ArchiveConnection connection)
{
    private const int BufferBytes = 1 << 17;

    /// <summary>Bytes of an answer beside the instance: boundaries and headers.</summary>
    private const long Wrapping = 1 << 16;

    private const string DicomType = "application/dicom";

    /// <summary>Reads an instance.</summary>
    /// <param name="most">Bytes of the largest instance.</param>
    /// <param name="begin">Called before the first piece, and again when reading begins again.</param>
    /// <param name="take">Takes a piece; false if no more is needed.</param>
    /// <exception cref="RejectedException">The instance is gone, may not be read, or is too large.</exception>
    /// <exception cref="TransientException">The archive answers other requests, and not this one.</exception>
    /// <exception cref="BucketUnavailableException">The archive does not answer.</exception>
    public async Task ReadAsync(
        ArchiveReference instance, long most, Action begin, Func<ReadOnlyMemory<byte>, ValueTask<bool>> take, CancellationToken cancellation)
    {
        try
        {
            await connection.CallAsync(
                () => Request(instance), most > long.MaxValue - Wrapping ? most : most + Wrapping,
                async (answer, body) =>
                {
                    begin();
                    await ReadAsync(answer, body, most, take, cancellation).ConfigureAwait(false);
                    return true;
                },
                cancellation).ConfigureAwait(false);
        }
        catch (TooLargeAnswerException)
        {
            throw new RejectedException(ReasonCode.TooLargeFile, $"It has more than {most} bytes, which is the limit.");
        }
        catch (BucketUnavailableException away) when (ArchiveFault.MayBeOfOne(away))
        {
            // If the archive answers, this instance alone is at fault, and nobody should wait for it without end.
            await connection.CheckAsync(cancellation).ConfigureAwait(false);
            throw new TransientException(ReasonCode.Unreadable, "The archive answers, but does not give it.", away);
        }
    }

    private HttpRequestMessage Request(ArchiveReference instance)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Get, $"{connection.Root}studies/{instance.StudyUid}/series/{instance.SeriesUid}/instances/{instance.InstanceUid}");
        request.Headers.TryAddWithoutValidation("Accept", $"multipart/related; type=\"{DicomType}\"; transfer-syntax=*");
        return request;
    }

    private static async Task ReadAsync(HttpResponseMessage answer, Stream body, long most, Func<ReadOnlyMemory<byte>, ValueTask<bool>> take, CancellationToken cancellation)
    {
        if (answer.StatusCode != HttpStatusCode.OK)
            throw Missing(answer.StatusCode);
        if (!MediaTypeHeaderValue.TryParse(answer.Content.Headers.ContentType?.ToString(), out var type))
            throw new InvalidDataException("The answer has no type.");
        if (type.MediaType.Equals(DicomType, StringComparison.OrdinalIgnoreCase))
        {
            await CopyAsync(body, most, take, cancellation).ConfigureAwait(false);
            return;
        }
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (!type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase) || string.IsNullOrWhiteSpace(boundary))
            throw new InvalidDataException("The answer is not multipart.");
        var parts = new MultipartReader(boundary, body, BufferBytes);
        while (await parts.ReadNextSectionAsync(cancellation).ConfigureAwait(false) is { } part)
        {
            if (!MediaTypeHeaderValue.TryParse(part.ContentType, out var partType) || !partType.MediaType.Equals(DicomType, StringComparison.OrdinalIgnoreCase))
                continue;
            await CopyAsync(part.Body, most, take, cancellation).ConfigureAwait(false);
            return;
        }
        throw new InvalidDataException("The answer has no instance.");
    }

    private static async Task CopyAsync(Stream part, long most, Func<ReadOnlyMemory<byte>, ValueTask<bool>> take, CancellationToken cancellation)
    {
        using var buffer = new RentedBytes(BufferBytes);
        for (var left = most; ;)
        {
            var read = await part.ReadAsync(buffer.Memory, cancellation).ConfigureAwait(false);
            if (read == 0)
                return;
            left -= read;
            if (left < 0)
                throw new TooLargeAnswerException();
            if (!await take(buffer.Memory[..read]).ConfigureAwait(false))
                return;
        }
    }

    private static Exception Missing(HttpStatusCode status) => (int)status switch
    {
        404 or 410 => new RejectedException(ReasonCode.Vanished, "It is gone."),
        403 => new RejectedException(ReasonCode.Unreadable, "It may not be read."),
        406 => new RejectedException(ReasonCode.Unreadable, "The archive does not give it as it is stored."),
        var other => new TransientException(ReasonCode.Unreadable, $"The archive does not give it (HTTP {other})."),
    };
}
