using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LusPipeline.IntegrationTests.Cli;

public sealed class LauncherTests : IDisposable
{
    private static readonly string Repository = FindRepository();

    private readonly string _folder = Directory.CreateTempSubdirectory("lus launcher ").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The build of the checkout itself: a whole run of the tests has made it by then.</summary>
    [Fact]
    public async Task The_checkout_builds_and_runs()
    {
        var call = await LaunchAsync(Repository, build: null, "version");

        Assert.Equal(0, call.ExitCode);
        Assert.StartsWith("lus ", call.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_at_once_share_one_build_which_later_calls_use_until_a_source_changes()
    {
        var checkout = await SmallCheckoutAsync("""System.Console.WriteLine("lus " + args[0]);""");

        var calls = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => LaunchAsync(checkout, _folder, "version")));

        Assert.All(calls, call => Assert.Equal((0, "lus version\n"), (call.ExitCode, call.Output)));
        Assert.Single(calls, call => call.Errors.Contains("building", StringComparison.Ordinal));

        var later = await LaunchAsync(checkout, _folder, "version");
        Assert.Equal(("", "lus version\n"), (later.Errors, later.Output));
        Assert.Single(Directory.EnumerateDirectories(_folder, "lus-*"));

        await WriteProgramAsync(checkout, """System.Console.WriteLine("changed");""");
        Assert.Equal("changed\n", (await LaunchAsync(checkout, _folder, "version")).Output);
    }

    [Fact]
    public async Task A_build_that_fails_shows_its_errors_and_exits_with_1()
    {
        var checkout = await SmallCheckoutAsync("this is no C#");

        var call = await LaunchAsync(checkout, _folder, "version");

        Assert.Equal((1, ""), (call.ExitCode, call.Output));
        Assert.Contains("Program.cs(1,", call.Errors, StringComparison.Ordinal);
        Assert.Contains("the build failed", call.Errors, StringComparison.Ordinal);
    }

    /// <summary>A checkout with a program of one file, which builds in a tenth of the time.</summary>
    private async Task<string> SmallCheckoutAsync(string program)
    {
        var checkout = Path.Combine(_folder, "checkout");
        var project = Directory.CreateDirectory(Path.Combine(checkout, "src", "LusPipeline.Cli")).FullName;
        foreach (var name in new[] { "lus", "global.json", "Directory.Build.props", "Directory.Packages.props" })
            File.Copy(Path.Combine(Repository, name), Path.Combine(checkout, name));
        await File.WriteAllTextAsync(
            Path.Combine(project, "LusPipeline.Cli.csproj"),
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <AssemblyName>lus</AssemblyName>
                <RuntimeIdentifiers>linux-x64;linux-arm64</RuntimeIdentifiers>
                <RestorePackagesWithLockFile>false</RestorePackagesWithLockFile>
              </PropertyGroup>
            </Project>
            """,
            Token);
        await WriteProgramAsync(checkout, program);
        return checkout;
    }

    private static Task WriteProgramAsync(string checkout, string program) =>
        File.WriteAllTextAsync(Path.Combine(checkout, "src", "LusPipeline.Cli", "Program.cs"), program, Token);

    /// <summary>Starts the launcher of a checkout in a folder that is not the checkout.</summary>
    /// <param name="build">A build folder of its own; null for the checkout's.</param>
    private async Task<(int ExitCode, string Output, string Errors)> LaunchAsync(string checkout, string? build, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(checkout, "lus"), arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LUS_BUILD"] = build ?? "";
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
