using LusPipeline.Buckets.Folder;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Identity;
using LusPipeline.Explaining.Frames;
using LusPipeline.Explaining.Subjects;
using LusPipeline.Hosting.Run;
using LusPipeline.Hosting.Settings;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Republishing;
using LusPipeline.Pipeline.Erasure;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Cli.Ledgers;

/// <summary>An open ledger that a command works on.</summary>
/// <param name="Open">Makes a context. The caller disposes it after use.</param>
/// <param name="Clock">The database's clock, or the machine's clock for the ledger of a home folder.</param>
/// <param name="Settings">The configuration that named the database; null for the ledger of a home folder.</param>
/// <param name="Home">The home folder, which stays locked until this object is disposed. Null for a database, and for commands that only read.</param>
internal sealed record OpenedLedger(Func<LedgerContext> Open, TimeProvider Clock, LoadedSettings? Settings, HomeFolder? Home) : IDisposable
{
    /// <summary>The absolute path of the home folder; null for a database.</summary>
    public string? HomePath { get; init; }

    /// <summary>Whether workers share the ledger. A sweeper then publishes the work that is pending in it.</summary>
    public bool Shared => Settings is not null;

    /// <summary>Opens the place of the original videos.</summary>
    /// <param name="paths">Files and folders to look in; none for where runs found them, or for the workers' bucket.</param>
    /// <exception cref="FileNotFoundException">One of the paths does not exist.</exception>
    /// <exception cref="ConfigurationException">The workers' bucket is not configured.</exception>
    public OriginalVideos OpenOriginals(IReadOnlyList<string> paths)
    {
        if (HomePath is not null)
        {
            var originals = HomePlaces.Originals(HomePath, paths);
            return new(originals, originals);
        }
        return paths.Count > 0 ? new(new VideoFolder("originals", paths, null, ContentCache.InMemory()), null) : OriginalVideos.OfWorkers(OpenObjects());
    }

    /// <summary>Opens the places where the ledger's objects are stored.</summary>
    /// <exception cref="ConfigurationException">The workers' bucket is not configured.</exception>
    public LedgerObjects OpenObjects() => Settings switch
    {
        null => new(Home ?? throw new InvalidOperationException("A ledger that was opened to read has no objects.")),
        { } settings when string.IsNullOrEmpty(settings.Get<S3Options>().Name) => throw new ConfigurationException(
            [new($"{S3Options.Section}:{nameof(S3Options.Name)}", null, "is required: the objects of this ledger lie in the workers' bucket.")]),
        { } settings => new(settings),
    };

    /// <summary>
    /// Removes what erased studies have left in a home folder: content of deleted rows in the ledger's file, objects that no row points at, frames
    /// that were looked at, and paths at which only their videos were. Workers remove such objects themselves (<c>Sweep:OrphanAge</c>), and PostgreSQL reuses the space of deleted rows.
    /// </summary>
    public async Task CleanUpAsync(LedgerObjects objects, CancellationToken cancellation)
    {
        if (Shared)
            return;
        await new OrphanObjects(objects.Work, new WaitingClips(Open)).DeleteAsync(DateTime.MaxValue, () => { }, cancellation);
        await new FrameCache(Home!.Frames).ForgetErasedAsync(new ClipSubjects(Open), cancellation);
        await using (var ledger = Open())
            HomePlaces.ForgetUnused(Home, await ledger.Videos.Select(video => video.ObjectKey).Distinct().ToListAsync(cancellation));
        if (!await SqliteLedger.RewriteAsync(Open, cancellation))
            await Console.Error.WriteLineAsync("Another process reads the ledger. Until it ends, the ledger's log may still hold names of what was deleted.");
    }

    public void Dispose() => Home?.Dispose();
}
