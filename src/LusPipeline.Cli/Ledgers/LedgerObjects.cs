using LusPipeline.Buckets;
using LusPipeline.Buckets.Folder;
using LusPipeline.Buckets.S3;
using LusPipeline.Hosting.Run;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Ledgers;

/// <summary>Where the objects of a ledger are.</summary>
internal sealed class LedgerObjects : IDisposable
{
    private readonly S3Connection? _connection;

    /// <summary>Of a home folder.</summary>
    public LedgerObjects(HomeFolder home) => Work = new WorkFolder(home.Objects);

    /// <summary>Of the workers' bucket.</summary>
    public LedgerObjects(LoadedSettings settings)
    {
        _connection = new S3Connection(settings.Get<S3Options>());
        Work = new S3WorkBucket(_connection);
        Originals = new S3VideoBucket(_connection, TimeProvider.System);
        Results = new ResultKeys(settings.Get<S3Options>());
    }

    public IWorkBucket Work { get; }

    /// <summary>Null for a home: the ledger of <c>lus run</c> does not know the folders of its videos.</summary>
    public IVideoBucket? Originals { get; }

    /// <summary>Null for a home, which has no result objects.</summary>
    public ResultKeys? Results { get; }

    public void Dispose() => _connection?.Dispose();
}
