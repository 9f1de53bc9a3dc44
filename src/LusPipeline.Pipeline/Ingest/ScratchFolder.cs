namespace LusPipeline.Pipeline.Ingest;

/// <summary>A folder of this process alone, on the disk of the work objects where there is a choice: finished files are moved, not copied.</summary>
public sealed record ScratchFolder(string Path)
{
    /// <summary>Where a video becomes a local file: another place each time, as two attempts at one video may overlap.</summary>
    public string PathOf(Guid video) => System.IO.Path.Combine(Path, $"{video:N}.{Guid.NewGuid():N}.video");
}
