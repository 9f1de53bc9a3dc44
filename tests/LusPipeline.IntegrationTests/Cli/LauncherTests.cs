using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LusPipeline.IntegrationTests.Cli;

public sealed class LauncherTests : IDisposable
{
    private static readonly string Repository = FindRepository();

    private readonly string _folder = Directory.CreateTempSubdirectory("lus launcher ").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Callers_at_once_share_one_build_which_later_calls_use()
    {
        var calls = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => LaunchAsync(Repository, "version")));

        Assert.All(calls, call => Assert.Equal(0, call.ExitCode));
        Assert.All(calls, call => Assert.StartsWith("lus ", call.Output, StringComparison.Ordinal));
        Assert.Single(calls, call => call.Errors.Contains("building", StringComparison.Ordinal));

        var later = await LaunchAsync(Repository, "version");
        Assert.Equal(("", calls[0].Output), (later.Errors, later.Output));
        Assert.Single(Directory.EnumerateDirectories(_folder, "lus-*"));
    }

    [Fact]
    public async Task A_build_that_fails_shows_its_errors_and_exits_with_1()
    {
        var checkout = Path.Combine(_folder, "checkout");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository, "src"), "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(Repository, file);
            if (!name.Split('/').Any(part => part is "bin" or "obj"))
                Copy(name);
        }
        Array.ForEach(["lus", "global.json", "Directory.Build.props", "Directory.Packages.props"], Copy);
        await File.WriteAllTextAsync(Path.Combine(checkout, "src", "LusPipeline.Core", "Broken.cs"), "this is no C#", Token);

        var call = await LaunchAsync(checkout, "version");

        Assert.Equal((1, ""), (call.ExitCode, call.Output));
        Assert.Contains("Broken.cs(1,", call.Errors, StringComparison.Ordinal);
        Assert.Contains("the build failed", call.Errors, StringComparison.Ordinal);

        void Copy(string name)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(checkout, name))!);
            File.Copy(Path.Combine(Repository, name), Path.Combine(checkout, name));
        }
    }

    /// <summary>Starts the launcher of a checkout in a folder that is not the checkout, with a build folder of its own.</summary>
    private async Task<(int ExitCode, string Output, string Errors)> LaunchAsync(string checkout, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(checkout, "lus"), arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LUS_BUILD"] = _folder;
        using var launcher = Process.Start(start)!;
        var output = launcher.StandardOutput.ReadToEndAsync(Token);
        var errors = launcher.StandardError.ReadToEndAsync(Token);
        try
        {
            await launcher.WaitForExitAsync(Token);
        }
        finally
        {
            // It builds, and would go on with that after a test run that is stopped.
            if (!launcher.HasExited)
                launcher.Kill(entireProcessTree: true);
        }
        return (launcher.ExitCode, await output, await errors);
    }

    private static string FindRepository([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", ".."));
}
