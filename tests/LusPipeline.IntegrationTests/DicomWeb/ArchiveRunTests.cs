using System.Text;
using LusPipeline.Core.Identity;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.IntegrationTests.Servers;

namespace LusPipeline.IntegrationTests.DicomWeb;

/// <summary><c>lus run dicomweb+http://…</c></summary>
public sealed class ArchiveRunTests(TestServers servers, RunFixture fixture) : IClassFixture<RunFixture>
{
    private const string KeyText = "a key of thirty-two characters or more";

    private static readonly ArchiveLoop[] Loops =
        [.. new[] { "rgb", "rle-grey", "jpeg-422", "video-h264", "single" }.Select((name, number) => ArchiveLoop.Make(name, number % 2, number))];

    [Fact]
    public async Task Loops_of_an_archive_give_what_they_give_as_files_and_nothing_of_their_identity_is_kept()
    {
        using var folder = new TemporaryFolder();
        var key = new InstallationKey(KeyText);
        await using var own = servers.SingleOrthanc();
        var archive = await own.ArchiveAsync();
        using (var orthanc = new Orthanc(archive))
            await orthanc.PutAsync(Loops);
        foreach (var loop in Loops)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder["inbox/" + loop.KeyBy(key)])!);
            await File.WriteAllBytesAsync(folder["inbox/" + loop.KeyBy(key)], loop.Content, TestContext.Current.CancellationToken);
        }
        RunFixture.Age(folder["inbox"]);
        await File.WriteAllTextAsync(folder["password"], archive.Password + "\n", TestContext.Current.CancellationToken);
        var environment = new Dictionary<string, string?>
        {
            ["LUS__Dicom__Key"] = KeyText,
            ["LUS__Archive__User"] = archive.User,
            ["LUS__Archive__Password__File"] = folder["password"],
        };

        Task<LusResult> RunAsync(string path, string home, params string[] more) => LusProcess.RunAsync(
            ["run", path, "--home", folder[home], "--model", fixture.Model, "--json", "--verbose", .. more], environment: environment);
        var files = await RunAsync(folder["inbox"], "files");
        var run = await RunAsync($"dicomweb+{archive.Url}", "home", "--since", "2026-01-02", "--modality", "US");

        Assert.Equal((2, 2), (files.ExitCode, run.ExitCode));
        Assert.Equal(files.Results, run.Results);
        var kept = Directory.EnumerateFiles(folder["home"], "*", SearchOption.AllDirectories).Select(File.ReadAllBytes).Append(Encoding.UTF8.GetBytes(run.ToString()));
        Assert.All(kept, bytes => Assert.All([.. DicomFixtures.Identities, archive.Password!], identity => Assert.True(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(identity)) < 0, identity)));

        var again = await RunAsync($"dicomweb+{archive.Url}", "home");
        Assert.Equal(run.Results, again.Results);
        Assert.Equal(Loops.Length, again.Summary.GetProperty("cached").GetInt32());
    }

    [Fact]
    public async Task An_outage_in_the_middle_of_a_run_is_waited_out()
    {
        using var folder = new TemporaryFolder();
        await using var archive = await StandInArchive.StartAsync(Loops[..4]);
        var (answered, away) = (0, 0);
        archive.Before = context =>
        {
            // Longer than a request's own tries.
            if (++answered <= 3 || ++away > 6)
                return Task.FromResult(false);
            (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (503, "0");
            return Task.FromResult(true);
        };

        var run = await LusProcess.RunAsync(["run", $"dicomweb+{archive.Options.Url}", "--home", folder["home"], "--model", fixture.Model, "--json"]);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal(4, run.Videos.Count);
    }

    [Theory]
    [InlineData("dicomweb+https://user:secretword@archive.example.org/dicom-web", "LUS__Archive__Password__File")]
    [InlineData("dicomweb+ftp://archive.example.org/dicom-web", "dicomweb+https://HOST/PATH")]
    [InlineData("dicomweb+http://127.0.0.1:1/dicom-web", "see whether it runs")]
    public async Task A_wrong_address_is_explained_without_its_password(string address, string said)
    {
        using var folder = new TemporaryFolder();

        var run = await LusProcess.RunAsync(["run", address, "--home", folder["home"], "--model", fixture.Model]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(said, run.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("secretword", run.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_of_one_archive_are_not_sent_to_another()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string?> { ["LUS__Archive__Url"] = "https://archive.example.org/dicom-web", ["LUS__Archive__Token"] = "secretword" };

        var run = await LusProcess.RunAsync(["run", "dicomweb+http://127.0.0.1:1/dicom-web", "--home", folder["home"], "--model", fixture.Model], environment: environment);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("belong to https://archive.example.org", run.ErrorText, StringComparison.Ordinal);
    }
}
