using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LusPipeline.UnitTests.Packaging;

/// <summary>The scripts that get things from the network, with programs in place of those that would ask it.</summary>
public sealed class SupplyScriptTests : IDisposable
{
    private const string Whole = """{"version":1,"sources":[\n"https://packages.example/index.json"],"projects":[{"path":"a.csproj"}]}""";
    private const string Found = """{"version":1,"sources":[\n"https://packages.example/index.json"],"projects":[{"topLevelPackages":[{"id":"x","vulnerabilities":[{"severity":"High"}]}]}]}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Whole, 0, "", 0)]
    [InlineData(Found, 0, "", 1)]
    [InlineData(Found, 1, "error: NU1301: Unable to load the service index", 1)]
    [InlineData("", 1, "error: NU1301: Unable to load the service index for source", 3)]
    [InlineData("""{"version":1,"problems":[{"text":"NU1900: the source has no data"}],"sources":[\n"https://x"],"projects":[]}""", 0, "", 3)]
    [InlineData("", 124, "", 3)]
    [InlineData("", 0, "", 1)]
    [InlineData("", 1, "error: MSB1009: project file does not exist", 1)]
    [InlineData("""{"version":1,"problems":[{"text":"no assets file was found"}],"sources":[\n"https://x"],"projects":[]}""", 0, "", 1)]
    [InlineData("""{"version":1,"sources":[],"projects":[]}""", 0, "", 1)]
    public void Vulnerabilities_pass_only_where_a_source_was_asked_and_knows_none(string answer, int exitCode, string error, int expected)
    {
        Fake("dotnet", $"printf '{answer}'; printf '%s' '{error}' >&2; exit {exitCode}");

        Assert.Equal(expected, Run("vulnerabilities.sh").ExitCode);
    }

    [Fact]
    public void An_SDK_that_is_not_the_published_one_is_not_unpacked()
    {
        Fake("curl", """while [[ $1 != --output ]]; do shift; done; tar -czf "$2" -C / etc/hostname""");

        var (exitCode, errors) = Run("install-dotnet.sh", _folder["sdk"]);

        Assert.Equal(1, exitCode);
        Assert.Contains("nothing is installed", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["sdk"]));
    }

    [Fact]
    public void An_SDK_comes_by_https_alone()
    {
        Fake("curl", """printf '%s\n' "$@" >&2; exit 1""");

        var (exitCode, errors) = Run("install-dotnet.sh", _folder["sdk"]);

        Assert.Equal(1, exitCode);
        Assert.Contains("--proto\n=https\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void No_script_runs_what_comes_from_the_network()
    {
        var scripts = new[] { "tests", "deploy", ".ci" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root(), folder), "*", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
            .Where(file => file.EndsWith(".sh", StringComparison.Ordinal) || file.Contains("/.ci/", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(scripts);
        Assert.DoesNotContain(scripts.SelectMany(File.ReadLines), line => System.Text.RegularExpressions.Regex.IsMatch(line, @"\b(curl|wget)\b.*\|\s*(ba|z)?sh\b"));
    }

    private void Fake(string program, string script)
    {
        File.WriteAllText(_folder[program], $"#!/usr/bin/env bash\n{script}\n");
        File.SetUnixFileMode(_folder[program], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private (int ExitCode, string Errors) Run(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Root(), "tests", script), .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        _ = output.Result;
        return (process.ExitCode, errors);
    }

    private static string Root([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", ".."));
}
