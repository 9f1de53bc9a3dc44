using LusPipeline.IntegrationTests.Ingest;
using LusPipeline.IntegrationTests.Run;
using LusPipeline.IntegrationTests.Workers;

[assembly: AssemblyFixture(typeof(FleetVideos))]

namespace LusPipeline.IntegrationTests.Workers;

/// <summary>What <see cref="FleetFixture"/> gives to each class: made once, when the first class asks for it.</summary>
public sealed class FleetVideos : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FleetVideos() => Results = new(MakeAsync);

    public string Model => _folder["model"];

    public string OtherModel => _folder["other"];

    public string Folder => _folder["videos"];

    /// <summary>The results of <c>lus run</c>, when the videos are made.</summary>
    public Lazy<Task<IReadOnlyList<string>>> Results { get; }

    public void Dispose() => _folder.Dispose();

    private async Task<IReadOnlyList<string>> MakeAsync()
    {
        TinyBundle.Write(Model);
        TinyBundle.Write(OtherModel, seed: 7, name: "other");
        foreach (var study in new[] { "p1", "p2", "p3", "p4" })
        {
            foreach (var (name, seconds) in new[] { ("a.mp4", 1.2), ("b.avi", 1.6), ("deep/c.gif", 0.8) })
            {
                var path = Path.Combine(Folder, study, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await Ffmpeg.MakeAsync(path, Ffmpeg.Pattern(seconds + (study[1] - '0') / 10.0, "96x64"));
            }
        }
        await File.WriteAllTextAsync(Path.Combine(Folder, "p2", "no-video.mp4"), "This is a text.");
        RunFixture.Age(Folder);
        var run = await LusProcess.RunAsync(
            ["run", Folder, "--home", _folder["home"], "--model", Model, "--json", .. FleetFixture.Plan], patience: TimeSpan.FromMinutes(10));
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Count(), run.Videos.Count);
        return run.Results;
    }
}
