namespace LusPipeline.IntegrationTests.Run;

/// <summary>A tiny bundle and a few good videos, for tests that only read them: three studies, six videos.</summary>
public sealed class RunFixture(RunVideos videos) : IAsyncLifetime
{
    public string Model => videos.Model;

    public string Videos => videos.Folder;

    public async ValueTask InitializeAsync() => await videos.Made.Value;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Makes files old, so that none counts as still being written.</summary>
    public static void Age(string folder)
    {
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.LinkTarget is null))
            file.LastWriteTimeUtc = DateTime.UtcNow.AddMinutes(-1);
    }
}
