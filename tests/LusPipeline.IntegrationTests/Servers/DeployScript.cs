using System.Diagnostics;
using System.Runtime.CompilerServices;
using Npgsql;

namespace LusPipeline.IntegrationTests.Servers;

/// <summary>A script of <c>deploy/</c>, run as an operator would.</summary>
internal static class DeployScript
{
    /// <param name="script">Below <c>deploy/</c>.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <returns>What it printed. It succeeds.</returns>
    public static Task<string> RunAsync(string script, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment) =>
        StartAsync("bash", [Path.Combine(Folder(), script), .. arguments], environment);

    /// <summary>Runs <c>deploy/sql/roles.sql</c> in a database.</summary>
    /// <param name="variables">Passwords.</param>
    public static Task MakeRolesAsync(string database, params (string Name, string Value)[] variables) => SqlAsync(database, "roles.sql", variables);

    /// <summary>Runs a script of <c>deploy/sql</c> in a database.</summary>
    public static Task SqlAsync(string database, string script, params (string Name, string Value)[] variables)
    {
        var connection = new NpgsqlConnectionStringBuilder(database);
        string[] arguments =
        [
            "-X", "-q", "-h", connection.Host!, "-p", $"{connection.Port}", "-U", connection.Username!, "-d", connection.Database!,
            "-f", Path.Combine(Folder(), "sql", script),
        ];
        return StartAsync("psql", arguments, variables.ToDictionary(variable => variable.Name, variable => variable.Value));
    }

    private static async Task<string> StartAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var said = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.True(process.ExitCode == 0, $"{await errors}{said}");
        return said;
    }

    internal static string Folder([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "..", "deploy"));
}
