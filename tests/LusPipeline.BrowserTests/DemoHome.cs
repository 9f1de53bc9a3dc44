using System.Diagnostics;
using System.Text.RegularExpressions;
using LusPipeline.BrowserTests;

[assembly: AssemblyFixture(typeof(DemoHome))]

namespace LusPipeline.BrowserTests;

/// <summary>
/// Phantom videos of <c>lus demo</c> with their results, one of them in windows and done twice, and a file that is no video; <c>lus serve</c> shows them.
/// Made once, when a test first asks.
/// </summary>
public sealed partial class DemoHome : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task<(Process Server, Uri Address)>> _served;

    public DemoHome() => _served = new(ServeAsync);

    public string Home => _folder["home"];

    public async Task<Uri> AddressAsync() => (await _served.Value).Address;

    /// <summary>Runs <c>lus</c> to its end.</summary>
    /// <returns>The lines that it printed.</returns>
    public static async Task<string[]> LusAsync(params string[] arguments)
    {
        using var lus = Start(arguments);
        var (output, errors) = (lus.StandardOutput.ReadToEndAsync(), lus.StandardError.ReadToEndAsync());
        await lus.WaitForExitAsync();
        Assert.True(lus.ExitCode is 0 or 2, $"lus {string.Join(' ', arguments)}: {await errors}");
        return (await output).TrimEnd('\n').Split('\n');
    }

    public async ValueTask DisposeAsync()
    {
        if (_served.IsValueCreated)
        {
            var (server, _) = await _served.Value;
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
            server.Dispose();
        }
        _folder.Dispose();
    }

    private async Task<(Process Server, Uri Address)> ServeAsync()
    {
        var (videos, windows) = (_folder["videos"], _folder["windows"]);
        await LusAsync("demo", "--folder", videos, "--home", Home);
        Directory.CreateDirectory(Path.Combine(windows, "phantom-windows"));
        File.Copy(Path.Combine(videos, "phantom-b-lines", "right-posterior.mp4"), Path.Combine(windows, "phantom-windows", "right-posterior.mp4"));
        await File.WriteAllTextAsync(Path.Combine(windows, "phantom-windows", "notes.mp4"), "These are no pictures.");
        foreach (var file in Directory.EnumerateFiles(windows, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
        await LusAsync("run", windows, "--home", Home);
        await LusAsync("run", windows, "--home", Home, "--clips", "windows", "--window", "1", "--stride", "0.5");

        var server = Start(["serve", "--home", Home, "--port", "0"]);
        var line = await server.StandardOutput.ReadLineAsync();
        _ = server.StandardError.ReadToEndAsync();
        return (server, new(Address().Match(line ?? "").Value));
    }

    private static Process Start(IReadOnlyList<string> arguments) =>
        Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "lus"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    [GeneratedRegex("http://[0-9.:]+")]
    private static partial Regex Address();
}
