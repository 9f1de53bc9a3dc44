using LusPipeline.Ledger.Moves;

namespace LusPipeline.Hosting.Offline;

/// <summary>A video and its clips, whose files go when it is disposed.</summary>
/// <param name="Clips">uint8 [T,H,W,3] RGB in numpy format, in the order of the shapes that were asked for; none for a rejected video.</param>
/// <param name="Rejection">Why there are no clips; null when there are.</param>
public sealed record CutVideo(SeenVideo Video, IReadOnlyList<string> Clips, Rejection? Rejection) : IDisposable
{
    public void Dispose()
    {
        foreach (var clip in Clips)
            File.Delete(clip);
    }
}
