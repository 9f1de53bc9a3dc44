using System.Diagnostics;

namespace LusPipeline.IntegrationTests.Run;

/// <summary><c>lus results --format dicom-sr</c>, checked by others' tools: dcmtk's dsrdump and dicom3tools' dciodvfy.</summary>
public sealed class DicomReportTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    [Fact]
    public async Task A_study_of_loops_has_a_report_that_others_find_no_error_in()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder);

        var report = await ReportAsync(folder, "reports");

        var dump = await CheckedAsync("dsrdump", "+Pl", report);
        Assert.Contains("Basic Text SR Document", dump, StringComparison.Ordinal);
        Assert.Contains("Musterfrau^Erika", dump, StringComparison.Ordinal);
        Assert.Contains("Research use only: not a medical device", dump, StringComparison.Ordinal);
        Assert.DoesNotContain("Error", await CheckedAsync("dciodvfy", report), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(report));
    }

    [Fact]
    public async Task The_same_result_makes_the_same_report()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder);

        var (one, two) = (await ReportAsync(folder, "one"), await ReportAsync(folder, "two"));

        Assert.Equal(await File.ReadAllBytesAsync(one, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(two, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_the_originals_there_is_no_report_and_a_copy_of_them_will_do()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder);
        Directory.Move(folder["inbox"], folder["moved"]);

        var gone = await LusProcess.RunAsync(["results", "--home", folder["home"], "--format", "dicom-sr", "--out", folder["reports"]]);
        var copied = await LusProcess.RunAsync(["results", "--home", folder["home"], "--format", "dicom-sr", "--out", folder["reports"], "--originals", folder["moved"]]);

        Assert.Equal((2, 0), (gone.ExitCode, copied.ExitCode));
        Assert.Single(Directory.EnumerateFiles(folder["reports"]));
    }

    private async Task RunAsync(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["inbox/a"]);
        foreach (var name in new[] { "rgb", "grey" })
            await File.WriteAllBytesAsync(folder[$"inbox/a/{name}.dcm"], DicomFixtures.Loop(name), TestContext.Current.CancellationToken);
        RunFixture.Age(folder["inbox"]);
        var run = await LusProcess.RunAsync(["run", folder["inbox"], "--home", folder["home"], "--model", fixture.Model, "--json"]);
        Assert.Equal(0, run.ExitCode);
    }

    private static async Task<string> ReportAsync(TemporaryFolder folder, string name)
    {
        var written = await LusProcess.RunAsync(["results", "--home", folder["home"], "--format", "dicom-sr", "--out", folder[name]]);
        Assert.Equal(0, written.ExitCode);
        return Assert.Single(Directory.EnumerateFiles(folder[name]));
    }

    /// <summary>What a tool says of a file; the test is skipped where the tool is missing.</summary>
    private static async Task<string> CheckedAsync(string tool, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists($"/usr/bin/{tool}"), $"{tool} is not installed (apt-get install dcmtk dicom3tools).");
        var start = new ProcessStartInfo($"/usr/bin/{tool}") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output + await errors);
        return output + await errors;
    }
}
