using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LusPipeline.Core.Outcomes;

namespace LusPipeline.Buckets.DicomWeb;

/// <param name="Instances">How many instances it has; null if the archive does not say.</param>
internal sealed record FoundSeries(string StudyUid, string SeriesUid, int? Instances);

/// <param name="ClassUid">Its SOP class; null if the archive does not say.</param>
/// <param name="Frames">Its number of frames; null if the archive does not say.</param>
internal sealed record FoundInstance(string InstanceUid, string? ClassUid, int? Frames);

/// <summary>Searches an archive (QIDO-RS, PS3.18 chapter 10.6), page by page.</summary>
internal sealed class ArchiveSearch(ArchiveConnection connection)
{
    /// <summary>Bytes of the largest page. A result has a few kilobytes.</summary>
    private const long MostBytes = 64 << 20;

    private static readonly MediaTypeWithQualityHeaderValue Json = new("application/dicom+json");

    /// <exception cref="BucketUnavailableException">The archive does not answer.</exception>
    /// <exception cref="BrokenEngineException">The archive answers and refuses the search.</exception>
    public Task CheckAsync(CancellationToken cancellation) => PageAsync($"series?{Filter(null)}", 1, 0, cancellation);

    /// <summary>Lists the series of the wanted modality.</summary>
    /// <param name="since">The earliest study date; null for any, and for studies without one.</param>
    public async IAsyncEnumerable<FoundSeries> SeriesAsync(DateOnly? since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in PagesAsync($"series?{Filter(since)}&includefield={DicomJson.InstancesOfSeries}", DicomJson.SeriesUid, found, cancellation).ConfigureAwait(false))
        {
            foreach (var series in page)
            {
                if (DicomJson.Uid(series, DicomJson.StudyUid) is { } study)
                    yield return new(study, DicomJson.Uid(series, DicomJson.SeriesUid)!, DicomJson.Number(series, DicomJson.InstancesOfSeries));
            }
        }
    }

    /// <summary>Lists the instances of a series.</summary>
    public async IAsyncEnumerable<FoundInstance> InstancesAsync(FoundSeries series, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var address = $"studies/{series.StudyUid}/series/{series.SeriesUid}/instances?includefield={DicomJson.Frames}";
        await foreach (var page in PagesAsync(address, DicomJson.InstanceUid, found, cancellation).ConfigureAwait(false))
        {
            foreach (var instance in page)
                yield return new(DicomJson.Uid(instance, DicomJson.InstanceUid)!, DicomJson.Text(instance, DicomJson.ClassUid), DicomJson.Number(instance, DicomJson.Frames));
            if (found.Count >= series.Instances)
                yield break;
        }
    }

    private string Filter(DateOnly? since) =>
        $"Modality={connection.Options.Modality}" + (since is { } date ? $"&StudyDate={date.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}-" : "");

    /// <summary>
    /// Reads page after page until one has nothing new. An archive may give fewer results than it was asked for, and one that knows no paging gives all of
    /// them each time.
    /// </summary>
    /// <param name="id">The attribute that tells results apart.</param>
    /// <param name="found">The ids of the results so far.</param>
    private async IAsyncEnumerable<List<JsonElement>> PagesAsync(string address, string id, HashSet<string> found, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var offset = 0; ;)
        {
            var page = await PageAsync(address, connection.Options.PageSize, offset, cancellation).ConfigureAwait(false);
            var added = page.Where(result => DicomJson.Uid(result, id) is { } uid && found.Add(uid)).ToList();
            if (added.Count == 0)
                yield break;
            offset += page.Count;
            yield return added;
        }
    }

    private Task<IReadOnlyList<JsonElement>> PageAsync(string address, int limit, int offset, CancellationToken cancellation) => connection.CallAsync(
        () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{connection.Root}{address}&limit={limit}&offset={offset}"));
            request.Headers.Accept.Add(Json);
            return request;
        },
        MostBytes, ReadAsync, cancellation);

    private async Task<IReadOnlyList<JsonElement>> ReadAsync(HttpResponseMessage answer, Stream body)
    {
        if (answer.StatusCode == HttpStatusCode.NoContent)
            return [];
        if (answer.StatusCode != HttpStatusCode.OK && answer.StatusCode != HttpStatusCode.PartialContent)
            throw ArchiveFault.NotSearched(answer.StatusCode, connection.Options);
        try
        {
            using var document = await JsonDocument.ParseAsync(body).ConfigureAwait(false);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(result => result.Clone())]
                : throw new InvalidDataException("The answer is no list.");
        }
        catch (TooLargeAnswerException tooLarge)
        {
            throw new InvalidDataException("The page is too large.", tooLarge);
        }
    }
}
