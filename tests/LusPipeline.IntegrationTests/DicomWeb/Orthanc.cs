using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LusPipeline.Buckets.DicomWeb;

namespace LusPipeline.IntegrationTests.DicomWeb;

/// <summary>An Orthanc as its administrator, by its own REST API.</summary>
internal sealed class Orthanc : IDisposable
{
    private readonly HttpClient _client;

    public Orthanc(ArchiveOptions archive)
    {
        _client = new HttpClient { BaseAddress = new Uri(archive.Url!.GetLeftPart(UriPartial.Authority)) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{archive.User}:{archive.Password}")));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task PutAsync(params IEnumerable<ArchiveLoop> loops)
    {
        foreach (var loop in loops)
        {
            using var content = new ByteArrayContent(loop.Content);
            using var answer = await _client.PostAsync(new Uri("instances", UriKind.Relative), content, Cancellation);
            answer.EnsureSuccessStatusCode();
        }
    }

    /// <summary>Every object of a modality, as the archive gives it back.</summary>
    public async Task<IReadOnlyList<byte[]>> ObjectsAsync(string modality)
    {
        using var found = await _client.PostAsync(
            new Uri("tools/find", UriKind.Relative), new StringContent($$$"""{"Level": "Instance", "Query": {"Modality": "{{{modality}}}"}}"""), Cancellation);
        var ids = JsonSerializer.Deserialize<string[]>(await found.Content.ReadAsStringAsync(Cancellation))!;
        return await Task.WhenAll(ids.Select(id => _client.GetByteArrayAsync(new Uri($"instances/{id}/file", UriKind.Relative), Cancellation)));
    }

    public void Dispose() => _client.Dispose();
}
