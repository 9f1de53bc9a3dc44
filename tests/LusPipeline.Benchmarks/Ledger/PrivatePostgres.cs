using System.Diagnostics;

namespace LusPipeline.Benchmarks.Ledger;

/// <summary>A PostgreSQL of <c>tests/servers.sh</c> that goes with this process.</summary>
internal sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lus-bench-").FullName;

    public string ConnectionString { get; private set; } = "";

    public static async Task<PrivatePostgres> StartAsync()
    {
        var server = new PrivatePostgres();
        await server.ScriptAsync("start-one", server._folder, "postgres");
        var line = await File.ReadAllTextAsync(Path.Combine(server._folder, "postgres.env"));
        server.ConnectionString = line.Split('=', 2)[1].Trim().Trim('\'');
        return server;
    }

    public async ValueTask DisposeAsync() => await ScriptAsync("stop", _folder);

    private async Task ScriptAsync(params string[] arguments)
    {
        // The server outlives the script: a pipe of ours would have to wait for it.
        var start = new ProcessStartInfo("bash", ["-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", Path.Combine(Path.GetTempPath(), Path.GetFileName(_folder) + ".log"),
            "bash", Path.Combine(Repository.Root, "tests", "servers.sh"), .. arguments]);
        start.Environment["LUS_TEST_OWNER"] = $"{Environment.ProcessId}";
        using var script = Process.Start(start)!;
        await script.WaitForExitAsync();
        if (script.ExitCode != 0)
            throw new InvalidOperationException($"servers.sh {arguments[0]} ended with {script.ExitCode}; see {start.ArgumentList[2]}.");
    }
}
