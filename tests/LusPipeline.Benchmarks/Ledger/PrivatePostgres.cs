using System.Diagnostics;
using Npgsql;

namespace LusPipeline.Benchmarks.Ledger;

/// <summary>A PostgreSQL of <c>tests/servers.sh</c> with the settings that a machine of 8 GB with an SSD would have.</summary>
internal sealed class PrivatePostgres : IAsyncDisposable
{
    public const string Settings =
        "-c shared_buffers=2GB -c effective_cache_size=6GB -c work_mem=32MB -c maintenance_work_mem=512MB -c random_page_cost=1.1 -c max_wal_size=8GB -c jit=off";

    private readonly string _folder;
    private readonly bool _kept;

    private PrivatePostgres(string folder, bool kept) => (_folder, _kept) = (folder, kept);

    public string ConnectionString { get; private set; } = "";

    /// <param name="kept">Where its data stay for a next time; null for a server that goes with this process.</param>
    public static async Task<PrivatePostgres> StartAsync(string? kept)
    {
        var server = new PrivatePostgres(kept ?? Directory.CreateTempSubdirectory("lus-bench-").FullName, kept is not null);
        await server.ScriptAsync("start-one", server._folder, "postgres");
        var line = await File.ReadAllTextAsync(Path.Combine(server._folder, "postgres.env"));
        server.ConnectionString = line.Split('=', 2)[1].Trim().Trim('\'');
        return server;
    }

    /// <summary>Runs <c>deploy/sql/roles.sql</c>. Nobody needs a password here.</summary>
    public Task MakeRolesAsync()
    {
        var place = new NpgsqlConnectionStringBuilder(ConnectionString);
        return RunAsync(
            "psql", "-X", "-q", "-o", "/dev/null", "-h", place.Host!, "-p", $"{place.Port}", "-U", place.Username!, "-d", place.Database!, "-f", Path.Combine(Repository.Root, "deploy", "sql", "roles.sql"));
    }

    /// <summary>Starts it again with nothing of its data in memory, neither its own nor the kernel's.</summary>
    public async Task CoolAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await ScriptAsync("stop-one", _folder, "postgres");
        await RunAsync("bash", "-c", "sync -f \"$0\"; find \"$0\" -type f -exec dd if={} iflag=nocache count=0 status=none ';'", Path.Combine(_folder, "postgres", "data", "base"));
        await ScriptAsync("start-one", _folder, "postgres");
    }

    public async ValueTask DisposeAsync() => await (_kept ? ScriptAsync("stop-one", _folder, "postgres") : ScriptAsync("stop", _folder));

    // The server outlives the script: a pipe of ours would have to wait for it.
    private Task ScriptAsync(params string[] arguments) => RunAsync(
        "bash", ["-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", Path.Combine(Path.GetTempPath(), Path.GetFileName(_folder) + ".log"),
            "bash", Path.Combine(Repository.Root, "tests", "servers.sh"), .. arguments]);

    private async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments);
        start.Environment["LUS_TEST_POSTGRES_OPTIONS"] = Settings;
        if (!_kept)
            start.Environment["LUS_TEST_OWNER"] = $"{Environment.ProcessId}";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
