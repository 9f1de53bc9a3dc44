using LusPipeline.Buckets;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Buckets.Folder;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Hosting.Run;

/// <summary>The originals of a home folder's videos: files, and loops of the archive that a run read last. It connects when a loop of the archive is asked for.</summary>
public sealed class HomeOriginals : IVideoBucket, IDisposable
{
    private readonly VideoFolder _files;
    private readonly Lazy<ArchiveConnection>? _connection;
    private readonly Lazy<ArchiveVideoBucket>? _archive;

    /// <param name="archive">The archive's address; null for none.</param>
    internal HomeOriginals(VideoFolder files, Uri? archive, string home)
    {
        _files = files;
        if (archive is null)
            return;
        var sources = new ConfigurationSources();
        _connection = new(() => new(ArchiveSettings.At(archive, sources), TimeProvider.System));
        _archive = new(() => new(
            _connection.Value, files.Name, (LoadedSettings.One<DicomOptions>(sources).HashedBy() ?? (() => HomeFolder.KeyIn(home)))(), TimeProvider.System, long.MaxValue));
    }

    public string Name => _files.Name;

    /// <summary>Lists the files. Loops of an archive are found by their tags.</summary>
    public IAsyncEnumerable<BucketObject> ListAsync(CancellationToken cancellation) => _files.ListAsync(cancellation);

    public Task<string> ContentAsync(BucketObject item, CancellationToken cancellation) => _files.ContentAsync(item, cancellation);

    public Task<int> ReadAsync(string key, string tag, long offset, Memory<byte> buffer, CancellationToken cancellation) =>
        Of(tag).ReadAsync(key, tag, offset, buffer, cancellation);

    public Task<LocalVideo> FetchAsync(string key, string tag, string localPath, CancellationToken cancellation) => Of(tag).FetchAsync(key, tag, localPath, cancellation);

    public Task<BucketObject?> FindCopyAsync(string key, string content, CancellationToken cancellation) => _files.FindCopyAsync(key, content, cancellation);

    public void Dispose()
    {
        if (_connection is { IsValueCreated: true })
            _connection.Value.Dispose();
    }

    private IVideoBucket Of(string tag) => _archive is not null && ArchiveVideoBucket.Holds(tag) ? _archive.Value : _files;
}
