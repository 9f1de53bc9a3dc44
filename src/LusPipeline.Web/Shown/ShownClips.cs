using LusPipeline.Core.Outcomes;
using LusPipeline.Explaining;

namespace LusPipeline.Web.Shown;

/// <summary>An explanation of a clip, or why there is none.</summary>
/// <param name="Problem">One or more sentences; null if there is an explanation.</param>
/// <param name="Busy">Whether it can be had later.</param>
internal sealed record ShownClip(ClipExplanation? Explanation, string? Problem, bool Busy = false);

/// <summary>
/// Gives frames and explanations of clips. To compute one takes a second or more of all cores, and one is computed at a time, so only a few requests may wait.
/// </summary>
internal sealed class ShownClips(WebLedger ledger) : IDisposable
{
    private const int MostWaiting = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _places = new(MostWaiting);

    /// <summary>Whether frames are shown at all.</summary>
    public bool AreShown => ledger.Clips is not null;

    public async Task<ShownClip> ReadAsync(Guid video, int clip, CancellationToken cancellation)
    {
        if (ledger.Clips is not { } clips)
            return new(null, "Frames are not shown here. The owner of this server can turn them on: Web:Frames.");
        if (!await _places.WaitAsync(TimeSpan.Zero, cancellation).ConfigureAwait(false))
            return Later();
        try
        {
            return new(await clips.ExplainAsync(video, clip, cancellation).WaitAsync(Patience, cancellation).ConfigureAwait(false), null);
        }
        catch (TimeoutException)
        {
            return Later();
        }
        catch (LusException problem)
        {
            return new(null, problem.Message);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private static ShownClip Later() => new(null, "Other clips are being explained. Try again in a moment.", Busy: true);
}
