using LusPipeline.Buckets;
using LusPipeline.Buckets.Folder;
using LusPipeline.Buckets.S3;
using LusPipeline.Hosting.Run;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Ledgers;

/// <summary>The places where a ledger's objects are stored.</summary>
internal sealed class LedgerObjects : IDisposable
{
    private readonly S3Connection? _connection;

    /// <summary>Opens the objects of a home folder.</summary>
    public LedgerObjects(HomeFolder home) => Work = new WorkFolder(home.Objects);

    /// <summary>Opens the objects in the workers' bucket.</summary>
    public LedgerObjects(LoadedSettings settings)
    {
        _connection = new S3Connection(settings.Get<S3Options>());
        Work = new S3WorkBucket(_connection);
        Originals = new S3VideoBucket(_connection, TimeProvider.System);
        Results = new ResultKeys(settings.Get<S3Options>());
    }

    public IWorkBucket Work { get; }

    /// <summary>
    /// The bucket of the original videos. Null for a home folder: the ledger of <c>lus run</c> does not record the folders of its videos.
    /// </summary>
    public IVideoBucket? Originals { get; }

    /// <summary>The keys of result objects. Null for a home folder, which has none.</summary>
    public ResultKeys? Results { get; }

    public void Dispose() => _connection?.Dispose();
}
