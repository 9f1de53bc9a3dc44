using LusPipeline.IntegrationTests.Ingest;

namespace LusPipeline.IntegrationTests.Run;

/// <summary>A tiny bundle and a few good videos, made once for all tests that only read them.</summary>
public sealed class RunFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public string Model => _folder["model"];

    public string Videos => _folder["videos"];

    /// <summary>Three studies, six videos.</summary>
    public async ValueTask InitializeAsync()
    {
        TinyBundle.Write(Model);
        foreach (var (study, name, seconds) in new[] { ("p1", "a.mp4", 2.0), ("p1", "b.avi", 3.0), ("p2", "a.mp4", 2.4), ("p2", "deep/c.gif", 1.0), ("p3", "a.webm", 1.6) })
        {
            var path = Path.Combine(Videos, study, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await Ffmpeg.MakeAsync(path, Ffmpeg.Pattern(seconds));
        }
        await Ffmpeg.MakeAsync(Path.Combine(Videos, "top.mov"), Ffmpeg.Pattern(1.2));
        Age(Videos);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes files old, so that none counts as still being written.</summary>
    public static void Age(string folder)
    {
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.LinkTarget is null))
            file.LastWriteTimeUtc = DateTime.UtcNow.AddMinutes(-1);
    }
}
