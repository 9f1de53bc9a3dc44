using LusPipeline.Buckets;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Buckets.Folder;
using LusPipeline.Buckets.S3;
using LusPipeline.Hosting.Run;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Ledgers;

/// <summary>The places where a ledger's objects are stored.</summary>
internal sealed class LedgerObjects : IDisposable
{
    private readonly S3Connection? _connection;
    private readonly Lazy<ArchiveConnection>? _archive;
    private readonly Lazy<IVideoBucket>? _originals;

    /// <summary>Opens the objects of a home folder.</summary>
    public LedgerObjects(HomeFolder home) => Work = new WorkFolder(home.Objects);

    /// <summary>Opens the objects in the workers' bucket.</summary>
    public LedgerObjects(LoadedSettings settings)
    {
        _connection = new S3Connection(settings.Get<S3Options>());
        Work = new S3WorkBucket(_connection);
        _archive = settings.ReadsArchive() ? new(() => ArchiveSettings.Connect(settings)) : null;
        _originals = new(() => _archive is null ? new S3VideoBucket(_connection, TimeProvider.System) : ArchiveSettings.Bucket(settings, _archive.Value));
        Results = new ResultKeys(settings.Get<S3Options>());
    }

    public IWorkBucket Work { get; }

    /// <summary>
    /// The bucket of the original videos, or the archive of the workers. Null for a home folder: the ledger of <c>lus run</c> does not record the folders of its videos.
    /// </summary>
    /// <exception cref="ConfigurationException">The originals are in an archive, and a setting for that is missing.</exception>
    public IVideoBucket? Originals => _originals?.Value;

    /// <summary>The keys of result objects. Null for a home folder, which has none.</summary>
    public ResultKeys? Results { get; }

    public void Dispose()
    {
        _connection?.Dispose();
        if (_archive is { IsValueCreated: true })
            _archive.Value.Dispose();
    }
}
