using LusPipeline.IntegrationTests.Ingest;
using LusPipeline.IntegrationTests.Run;

[assembly: AssemblyFixture(typeof(RunVideos))]

namespace LusPipeline.IntegrationTests.Run;

/// <summary>What <see cref="RunFixture"/> gives to each class: made once, when the first class asks for it.</summary>
public sealed class RunVideos : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RunVideos() => Made = new(MakeAsync);

    public Lazy<Task> Made { get; }

    public string Model => _folder["model"];

    public string Folder => _folder["videos"];

    public void Dispose() => _folder.Dispose();

    private async Task MakeAsync()
    {
        TinyBundle.Write(Model);
        foreach (var (study, name, seconds) in new[] { ("p1", "a.mp4", 2.0), ("p1", "b.avi", 3.0), ("p2", "a.mp4", 2.4), ("p2", "deep/c.gif", 1.0), ("p3", "a.webm", 1.6) })
        {
            var path = Path.Combine(Folder, study, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await Ffmpeg.MakeAsync(path, Ffmpeg.Pattern(seconds));
        }
        await Ffmpeg.MakeAsync(Path.Combine(Folder, "top.mov"), Ffmpeg.Pattern(1.2));
        RunFixture.Age(Folder);
    }
}
