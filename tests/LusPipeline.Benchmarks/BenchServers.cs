using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LusPipeline.Buckets.S3;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using LusPipeline.Tests;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Benchmarks;

/// <summary>PostgreSQL, RabbitMQ and S3 on this machine by <c>tests/servers.sh</c>, and a place in them for one measurement.</summary>
internal sealed class BenchServers : IAsyncDisposable
{
    private readonly TemporaryFolder _servers;
    private readonly TemporaryFolder _scratch = new();
    private readonly Dictionary<string, string> _addresses;
    private int _places;

    public string Scratch => _scratch.Path;

    /// <summary>CPU time that the servers have taken so far, by program.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Times => ProcessTimes.Below(_servers.Path);

    public static async Task<BenchServers> StartAsync()
    {
        var folder = new TemporaryFolder();
        await ScriptAsync("install");
        await ScriptAsync("start", folder.Path);
        return new(folder);
    }

    private BenchServers(TemporaryFolder folder)
    {
        _servers = folder;
        _addresses = File.ReadAllLines(folder["servers.env"])
            .Where(line => line.Contains('=', StringComparison.Ordinal)).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim('\''));
    }

    /// <summary>A new database with the ledger, a new virtual host and a new bucket, as settings of a worker.</summary>
    public async Task<Dictionary<string, string>> PlaceAsync(string model)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"bench{_places++}");
        var database = $"{_addresses["LUS_TEST_POSTGRES"].Replace("Database=postgres", $"Database={name}", StringComparison.Ordinal)}";
        await using (var ledger = PostgresLedger.Open(new DatabaseOptions { ConnectionString = database })())
            await ledger.Database.MigrateAsync();
        using (var management = Management())
        {
            (await management.PutAsync(new Uri($"api/vhosts/{name}", UriKind.Relative), null)).EnsureSuccessStatusCode();
            (await management.PutAsJsonAsync(new Uri($"api/permissions/{name}/guest", UriKind.Relative), new { configure = ".*", write = ".*", read = ".*" })).EnsureSuccessStatusCode();
        }
        var settings = new Dictionary<string, string>
        {
            ["Database:ConnectionString"] = database,
            ["Broker:Uri"] = $"{_addresses["LUS_TEST_RABBITMQ"]}/{name}",
            ["Bucket:Name"] = $"{name}-bucket",
            ["Bucket:Endpoint"] = _addresses["LUS_TEST_S3"],
            ["Bucket:AccessKey"] = _addresses["LUS_TEST_S3_ACCESS_KEY"],
            ["Bucket:SecretKey"] = _addresses["LUS_TEST_S3_SECRET_KEY"],
            ["Model:Bundle"] = model,
            ["Worker:Scratch"] = Scratch,
            ["Watch:QuietPeriod"] = "1s",
            ["Http:Url"] = "",
        };
        using var client = PlainS3.Client(Load(settings).Get<S3Options>());
        await client.PutBucketAsync(settings["Bucket:Name"]);
        return settings;
    }

    /// <summary>RabbitMQ's counts of a virtual host: published and delivered messages.</summary>
    public async Task<(long Published, long Delivered)> MessagesAsync(string brokerUri)
    {
        using var management = Management();
        var host = await management.GetFromJsonAsync<JsonElement>(new Uri($"api/vhosts{new Uri(brokerUri).AbsolutePath}", UriKind.Relative));
        long Count(string kind) => host.TryGetProperty("message_stats", out var stats) && stats.TryGetProperty(kind, out var count) ? count.GetInt64() : 0;
        return (Count("publish"), Count("deliver_get"));
    }

    public static LoadedSettings Load(IReadOnlyDictionary<string, string> settings) => LoadedSettings.Load(
        new ConfigurationSources
        {
            Environment = new Dictionary<string, string>(),
            Folders = [],
            Assignments = [.. settings.Select(setting => $"{setting.Key}={setting.Value}")],
        },
        DatabaseOptions.Section, S3Options.Section);

    public async ValueTask DisposeAsync()
    {
        await ScriptAsync("stop", _servers.Path);
        _scratch.Dispose();
        if (Directory.Exists(_servers.Path))
            _servers.Dispose();
    }

    private HttpClient Management()
    {
        var address = new Uri(_addresses["LUS_TEST_RABBITMQ_MANAGEMENT"]);
        var client = new HttpClient { BaseAddress = new Uri(address.GetLeftPart(UriPartial.Scheme) + address.Authority) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(address.UserInfo)));
        return client;
    }

    private static async Task ScriptAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "tests", "servers.sh"), .. arguments]))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"servers.sh {arguments[0]} ended with {process.ExitCode}.");
    }
}
