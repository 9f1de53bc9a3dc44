using LusPipeline.Core.Outcomes;
using LusPipeline.Ledger.Databases;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Republishing;

/// <summary>Finds the clips whose frames are needed, because they wait for features.</summary>
public sealed class WaitingClips(Func<LedgerContext> open)
{
    public async Task<IReadOnlySet<Guid>> IdsAsync(CancellationToken cancellation)
    {
        await using var ledger = open();
        return await ledger.Clips.Where(clip => clip.Status == WorkStatus.Cut).Select(clip => clip.ClipId)
            .ToHashSetAsync(cancellation).ConfigureAwait(false);
    }
}
