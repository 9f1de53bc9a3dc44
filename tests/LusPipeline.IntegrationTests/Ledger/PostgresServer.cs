using System.Diagnostics;

namespace LusPipeline.IntegrationTests.Ledger;

/// <summary>A private PostgreSQL on a socket of its own, gone with the test.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Account = "postgres";

    private readonly string _folder;
    private readonly string _programs;

    private PostgresServer(string folder, string programs)
    {
        _folder = folder;
        _programs = programs;
    }

    public string ConnectionString => $"Host={_folder};Username={Account};Database=postgres";

    /// <summary>Skips the test where PostgreSQL's programs are missing.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max()
            : null;
        Assert.SkipWhen(programs is null, "PostgreSQL is not installed (package postgresql).");
        var folder = Directory.CreateTempSubdirectory("lus-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", Account, folder);
        var server = new PostgresServer(folder, programs!);
        await server.AsServerAsync("initdb", "-D", server.Data, "-U", Account, "-A", "trust", "-E", "UTF8", "--no-sync");
        await server.AsServerAsync("pg_ctl", "-D", server.Data, "-w", "-l", Path.Combine(folder, "log"), "-o", $"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off", "start");
        return server;
    }

    private string Data => Path.Combine(_folder, "data");

    public async ValueTask DisposeAsync()
    {
        await AsServerAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private Task AsServerAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(_programs, program);
        return Environment.IsPrivilegedProcess
            ? RunAsync("setpriv", [$"--reuid={Account}", $"--regid={Account}", "--init-groups", "--", path, .. arguments])
            : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // A server that is left running keeps inherited streams open, so nothing is redirected that it could hold.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}.");
    }
}
