using System.Collections.Concurrent;
using System.Globalization;
using LusPipeline.IntegrationTests.Servers;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace LusPipeline.IntegrationTests.Servers;

/// <summary>
/// Real servers for tests: each starts when a test first asks for it, all stop with the run. A test class takes the shared set as a
/// constructor parameter; a test that disturbs a server borrows a <see cref="Private"/> set and disposes it. With <c>LUS_TEST_SERVERS</c>,
/// the shared ones are those of <c>servers.sh start</c> in that folder, and they go on running.
/// </summary>
public sealed partial class TestServers : IAsyncDisposable
{
    private static readonly Lazy<Task<(int ExitCode, string Output)>> Installed = new(() => ServersScript.TryRunAsync("install", "postgres", "rabbitmq", "s3"));
    private static readonly Lazy<Task<(int ExitCode, string Output)>> OrthancInstalled = new(() => ServersScript.TryRunAsync("install", "orthanc"));

    private readonly ConcurrentDictionary<TestServer, Lazy<Task<IReadOnlyDictionary<string, string>>>> _addresses = new();
    private readonly string _folder;
    private readonly Use _use;

    /// <summary>Private sets that nobody uses now.</summary>
    private readonly ConcurrentBag<TestServers> _free = [];

    /// <summary>The shared servers, of which a set of its own takes what it does not have.</summary>
    private readonly TestServers? _shared;

    /// <summary>What a set has of its own; the rest is <see cref="_shared"/>.</summary>
    private readonly TestServer[] _own;

    /// <summary>The shared servers.</summary>
    public TestServers()
        : this(Running is null ? Use.Stopped : Use.LeftRunning, Running)
    {
    }

    private TestServers(Use use, string? folder = null, TestServers? shared = null, params TestServer[] own)
    {
        (_use, _shared, _own) = (use, shared, own);
        _folder = folder ?? Directory.CreateTempSubdirectory("lus-servers-").FullName;
        _emptyLedger = new(MakeEmptyLedgerAsync);
    }

    /// <summary>What becomes of the servers of a disposed set.</summary>
    private enum Use
    {
        Stopped,
        LeftRunning,
        GivenBack,
    }

    private static string? Running => Environment.GetEnvironmentVariable("LUS_TEST_SERVERS") is { Length: > 0 } folder ? folder : null;

    /// <summary>A database and a broker for one test to stop, kill and wipe; later tests use them again. The bucket's server is the shared one.</summary>
    public TestServers Private()
    {
        if (!_free.TryTake(out var servers))
            return new(Use.GivenBack, null, this, TestServer.Postgres, TestServer.RabbitMq);
        servers._addresses.Clear(); // The last test may have left one stopped.
        return servers;
    }

    /// <summary>A bucket's server that nobody else uses, beside the shared database and broker.</summary>
    public TestServers SingleS3() => new(Use.Stopped, null, this, TestServer.S3);

    /// <summary>A broker that nobody else uses, beside the shared database and bucket's server.</summary>
    public TestServers SingleBroker() => new(Use.Stopped, null, this, TestServer.RabbitMq);

    /// <summary>A database's server that nobody else uses, beside the shared broker and bucket's server.</summary>
    public TestServers SingleDatabase() => new(Use.Stopped, null, this, TestServer.Postgres);

    /// <summary>An archive that nobody else uses, beside the shared servers.</summary>
    public TestServers SingleOrthanc() => new(Use.Stopped, null, this, TestServer.Orthanc);

    /// <summary>Servers that nobody uses after this test, which may change their settings.</summary>
    public static TestServers Single() => new(Use.Stopped);

    /// <summary>Servers as those of <see cref="Single"/>, whose broker also takes TLS.</summary>
    /// <param name="write">Puts <c>ca.pem</c>, <c>server.pem</c> and <c>server.key</c> into the folder that it is given.</param>
    public static TestServers SingleWithTls(Action<string> write)
    {
        var servers = Single();
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

    /// <summary>Makes an asynchronous standby of PostgreSQL, which follows it.</summary>
    public Task StandbyAsync() => ChangeAsync("standby", TestServer.Postgres);

    /// <summary>From now on the standby gets nothing.</summary>
    public Task HoldStandbyAsync() => ChangeAsync("hold-standby", TestServer.Postgres);

    /// <summary>PostgreSQL is killed and never comes back. The standby takes over at its address with what it has.</summary>
    public Task FailOverAsync() => ChangeAsync("fail-over", TestServer.Postgres);

    /// <summary>Makes a node of the broker's cluster, or brings it back. The first node is the broker itself.</summary>
    /// <param name="node">2 or 3.</param>
    public Task JoinAsync(int node) => ChangeNodeAsync("join", node);

    /// <summary>Ends a node of the broker's cluster by <c>kill -9</c>.</summary>
    /// <inheritdoc cref="JoinAsync"/>
    public Task KillNodeAsync(int node) => ChangeNodeAsync("kill-node", node);

    public async ValueTask DisposeAsync()
    {
        if (_use == Use.GivenBack)
        {
            _shared!._free.Add(this);
            return;
        }
        if (_use == Use.Stopped)
            await StopAllAsync(_folder);
        await Task.WhenAll(_free.Select(servers => StopAllAsync(servers._folder)));
    }

    private static async Task StopAllAsync(string folder)
    {
        await ServersScript.RunAsync("stop", folder);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>What the server's <c>.env</c> file says; the test is skipped where the server cannot be installed.</summary>
    private async Task<IReadOnlyDictionary<string, string>> AddressAsync(TestServer server)
    {
        if (IsShared(server))
            return await _shared!.AddressAsync(server);
        var (exitCode, missing) = await (server == TestServer.Orthanc ? OrthancInstalled : Installed).Value;
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
        if (IsShared(server))
            throw new NotSupportedException($"Other tests use {Name(server)} too; {nameof(FaultyProxy)} makes outages of a bucket's server.");
        await AddressAsync(server);
        await ServersScript.RunAsync(command, _folder, Name(server));
    }

    private async Task ChangeNodeAsync(string command, int node)
    {
        if (IsShared(TestServer.RabbitMq))
            throw new NotSupportedException("Other tests use the broker too.");
        await AddressAsync(TestServer.RabbitMq);
        await ServersScript.RunAsync(command, _folder, node.ToString(CultureInfo.InvariantCulture));
    }

    private bool IsShared(TestServer server) => _shared is not null && !_own.Contains(server);

    private static string Name(TestServer server) => server switch
    {
        TestServer.Postgres => "postgres",
        TestServer.RabbitMq => "rabbitmq",
        TestServer.Orthanc => "orthanc",
        _ => "s3",
    };
}
