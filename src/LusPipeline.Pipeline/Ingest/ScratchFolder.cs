namespace LusPipeline.Pipeline.Ingest;

/// <summary>
/// A folder that only this process uses. It is on the same disk as the work objects where possible, so that finished files are moved and
/// not copied.
/// </summary>
public sealed record ScratchFolder(string Path)
{
    /// <summary>Path of the local file of a video. It differs at each call, because two attempts at one video may overlap.</summary>
    public string PathOf(Guid video) => System.IO.Path.Combine(Path, $"{video:N}.{Guid.NewGuid():N}.video");
}
