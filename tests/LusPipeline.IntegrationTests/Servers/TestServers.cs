using System.Collections.Concurrent;
using LusPipeline.IntegrationTests.Servers;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace LusPipeline.IntegrationTests.Servers;

/// <summary>
/// Real servers for tests: each starts when a test first asks for it, all stop with the run. A test class takes the shared set as a
/// constructor parameter; one that disturbs a server makes a <see cref="Private"/> set and disposes it. With <c>LUS_TEST_SERVERS</c>,
/// the shared ones are those of <c>servers.sh start</c> in that folder, and they go on running.
/// </summary>
public sealed partial class TestServers : IAsyncDisposable
{
    private static readonly Lazy<Task<(int ExitCode, string Output)>> Installed = new(() => ServersScript.TryRunAsync("install"));

    private readonly ConcurrentDictionary<TestServer, Lazy<Task<IReadOnlyDictionary<string, string>>>> _addresses = new();
    private readonly string _folder;
    private readonly bool _stops;

    public TestServers()
        : this(Environment.GetEnvironmentVariable("LUS_TEST_SERVERS"))
    {
    }

    private TestServers(string? running)
    {
        _stops = string.IsNullOrEmpty(running);
        _folder = _stops ? Directory.CreateTempSubdirectory("lus-servers-").FullName : running!;
    }

    /// <summary>Servers for one test to stop, kill and wipe.</summary>
    public static TestServers Private() => new(null);

    /// <summary>Private servers whose broker also takes TLS.</summary>
    /// <param name="write">Puts <c>ca.pem</c>, <c>server.pem</c> and <c>server.key</c> into the folder that it is given.</param>
    public static TestServers PrivateWithTls(Action<string> write)
    {
        var servers = new TestServers(null);
        var folder = Path.Combine(servers._folder, "rabbitmq-tls");
        Directory.CreateDirectory(folder);
        write(folder);
        return servers;
    }

    /// <summary>In good order; what it stored stays. Its port refuses until it is started.</summary>
    public Task StopAsync(TestServer server) => ChangeAsync("stop-one", server);

    /// <summary>By <c>kill -9</c>; what it stored stays. Its port refuses until it is started.</summary>
    public Task KillAsync(TestServer server) => ChangeAsync("kill-one", server);

    /// <summary>Brings a stopped one back at its old address.</summary>
    public Task StartAsync(TestServer server) => ChangeAsync("start-one", server);

    /// <summary>It comes back empty at its old address.</summary>
    public Task WipeAsync(TestServer server) => ChangeAsync("wipe-one", server);

    public async ValueTask DisposeAsync()
    {
        if (!_stops)
            return;
        await ServersScript.RunAsync("stop", _folder);
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What the server's <c>.env</c> file says; the test is skipped where the server cannot be installed.</summary>
    private async Task<IReadOnlyDictionary<string, string>> AddressAsync(TestServer server)
    {
        var (exitCode, missing) = await Installed.Value;
        Assert.SkipUnless(exitCode == 0, missing);
        return await _addresses.GetOrAdd(server, _ => new(() => StartFirstAsync(server))).Value;
    }

    private async Task<IReadOnlyDictionary<string, string>> StartFirstAsync(TestServer server)
    {
        await ServersScript.RunAsync("start-one", _folder, Name(server));
        var lines = await File.ReadAllLinesAsync(Path.Combine(_folder, $"{Name(server)}.env"));
        return lines.Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim('\''));
    }

    private async Task ChangeAsync(string command, TestServer server)
    {
        await AddressAsync(server);
        await ServersScript.RunAsync(command, _folder, Name(server));
    }

    private static string Name(TestServer server) => server switch
    {
        TestServer.Postgres => "postgres",
        TestServer.RabbitMq => "rabbitmq",
        _ => "s3",
    };
}
