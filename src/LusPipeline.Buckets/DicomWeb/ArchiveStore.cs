using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.DicomWeb;

/// <summary>Stores reports in an archive (STOW-RS, PS3.18 chapter 10.5).</summary>
/// <param name="connection">The connection to the archive. This class does not dispose it.</param>
public sealed class ArchiveStore(ArchiveConnection connection)
{
    /// <summary>Bytes of the largest answer, which says what became of one object.</summary>
    private const long MostBytes = 1 << 20;

    private const string DicomType = "application/dicom";

    /// <summary>The archive has the object already (PS3.18, table 10.5.3-2 and PS3.7, annex C).</summary>
    private const int Duplicate = 0x0111;

    /// <summary>Stores one object. Storing it again does no harm, because its UID is the same.</summary>
    /// <param name="content">The object as a DICOM file.</param>
    /// <returns>Null if the archive has it now; else why the archive does not take it, without names or UIDs.</returns>
    /// <exception cref="BucketUnavailableException">The archive does not answer.</exception>
    /// <exception cref="BrokenEngineException">The archive refuses to store anything of ours.</exception>
    public Task<string?> StoreAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        connection.CallAsync(() => Request(content), MostBytes, ReadAsync, cancellation);

    private HttpRequestMessage Request(ReadOnlyMemory<byte> content)
    {
        var part = new ReadOnlyMemoryContent(content);
        part.Headers.ContentType = new MediaTypeHeaderValue(DicomType);
        var parts = new MultipartContent("related", $"lus-{Guid.NewGuid():N}") { part };
        parts.Headers.ContentType!.Parameters.Add(new NameValueHeaderValue("type", $"\"{DicomType}\""));
        var request = new HttpRequestMessage(HttpMethod.Post, $"{connection.Root}studies") { Content = parts };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/dicom+json"));
        return request;
    }

    private async Task<string?> ReadAsync(HttpResponseMessage answer, Stream body)
    {
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.Conflict))
            throw ArchiveFault.NotStored(answer.StatusCode, connection.Options);
        var failure = await FailureAsync(body).ConfigureAwait(false);
        return (failure, answer.StatusCode) switch
        {
            (Duplicate, _) => null,
            (null, HttpStatusCode.Conflict) => "The archive does not take it.",
            (null, _) => null,
            ({ } reason, _) => $"The archive does not take it (failure reason 0x{reason:x4}).",
        };
    }

    /// <returns>The failure reason of the object; null if there is none, or the answer is not DICOM's JSON.</returns>
    private static async Task<int?> FailureAsync(Stream body)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(body).ConfigureAwait(false);
            var answer = document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.GetArrayLength() > 0 ? document.RootElement[0] : document.RootElement;
            return DicomJson.Item(answer, DicomJson.FailedObjects) is { } failed ? DicomJson.Number(failed, DicomJson.FailureReason) ?? 0 : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or TooLargeAnswerException)
        {
            // The status says enough. Archives answer in XML, too.
            return null;
        }
    }
}
