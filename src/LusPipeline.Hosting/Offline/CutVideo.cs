using LusPipeline.Ledger.Moves;

namespace LusPipeline.Hosting.Offline;

/// <summary>A video and its clips. Disposing deletes the clips' files.</summary>
/// <param name="Clips">
/// Paths of the clips, uint8 [T,H,W,3] RGB in numpy format, in the order of the shapes that were requested. Empty for a rejected video.
/// </param>
/// <param name="Rejection">Why there are no clips; null if there are.</param>
public sealed record CutVideo(SeenVideo Video, IReadOnlyList<string> Clips, Rejection? Rejection) : IDisposable
{
    public void Dispose()
    {
        foreach (var clip in Clips)
            File.Delete(clip);
    }
}
