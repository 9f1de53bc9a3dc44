using LusPipeline.Hosting.Status;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Results;
using LusPipeline.Ledger.Rows;

namespace LusPipeline.Web.Shown;

/// <summary>Reads from the ledger what pages and API show. It is the only place that does, and the only one that decides on names.</summary>
internal sealed class ShownLedger(WebLedger ledger, TimeProvider clock) : IDisposable
{
    /// <summary>The most spans of a trace that a page shows.</summary>
    private const int MostSpans = 200;

    private static readonly TimeSpan StatusAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OldestStatus = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BundlesAge = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OldestBundles = TimeSpan.FromMinutes(10);

    private readonly StudyPages _pages = new(ledger.Open, clock);
    private readonly ResultReader _results = new(ledger.Open);
    private readonly VideoDetailsReader _details = new(ledger.Open);
    private readonly SpanReader _spans = new(ledger.Open);
    private readonly Recent<PipelineStatus> _status = new(ledger.Status, StatusAge, OldestStatus, clock);
    private readonly Recent<IReadOnlyList<UsedBundle>> _bundles = new(new BundleUse(ledger.Open).ReadAsync, BundlesAge, OldestBundles, clock);

    /// <summary>Whether names are shown. Without them, no search looks at names either.</summary>
    public bool Names => ledger.Names;

    public Task<PipelineStatus> StatusAsync(CancellationToken cancellation) => _status.ReadAsync(cancellation);

    public Task<IReadOnlyList<UsedBundle>> BundlesAsync(CancellationToken cancellation) => _bundles.ReadAsync(cancellation);

    public async Task<StudyPage> StudiesAsync(StudySearch search, StudyPlace? after, int size, CancellationToken cancellation)
    {
        var page = await _pages.ReadAsync(search with { Name = Names ? search.Name : null }, after, size, cancellation).ConfigureAwait(false);
        return page with { Studies = [.. page.Studies.Select(Show)] };
    }

    /// <returns>Null if the ledger has no such study.</returns>
    public async Task<ShownStudy?> StudyAsync(Guid id, CancellationToken cancellation)
    {
        var earlier = _results.HistoryAsync(id, cancellation);
        return await _results.StudiesAsync([id], null, cancellation).ConfigureAwait(false) is [var study]
            ? new(Show(study), Show(await earlier.ConfigureAwait(false), id))
            : null;
    }

    /// <summary>Returns the traces of a study with the first spans of each.</summary>
    public Task<IReadOnlyList<StudyTrace>> TracesAsync(Guid study, CancellationToken cancellation) => _spans.TracesOfStudyAsync(study, MostSpans, cancellation);

    /// <summary>Returns all spans of a study, by start.</summary>
    /// <returns>Null if the ledger has no such study.</returns>
    public async Task<IReadOnlyList<SpanRow>?> SpansAsync(Guid study, CancellationToken cancellation)
    {
        var spans = await _spans.OfStudyAsync(study, cancellation).ConfigureAwait(false);
        return spans.Count > 0 || await _results.StudiesAsync([study], null, cancellation).ConfigureAwait(false) is [_] ? spans : null;
    }

    /// <returns>Null if the ledger has no such video.</returns>
    public async Task<ShownVideo?> VideoAsync(Guid id, CancellationToken cancellation)
    {
        if (await _details.ReadAsync(id, cancellation).ConfigureAwait(false) is not { } details)
            return null;
        var earlier = _results.VideoHistoryAsync(id, cancellation);
        return await _results.VideosAsync(new Dictionary<Guid, int> { [id] = details.Generation }, cancellation).ConfigureAwait(false) is [var video]
            ? new(Show(video), details, Show(await earlier.ConfigureAwait(false), details.StudyId))
            : null;
    }

    public void Dispose()
    {
        _status.Dispose();
        _bundles.Dispose();
    }

    /// <summary>Videos without names are in the order of their ids: that of their names is none of the viewer's business either.</summary>
    private StudyResult Show(StudyResult study) => Names
        ? study
        : study with { Study = study.StudyId.ToString(), Videos = [.. study.Videos.OrderBy(video => video.VideoId).Select(Show)] };

    /// <summary>The details in words may repeat a name, so they are left out with it.</summary>
    private VideoResult Show(VideoResult video) => Names ? video : video with { Study = video.StudyId.ToString(), Video = video.VideoId.ToString(), Detail = null };

    private IReadOnlyList<EarlierResult> Show(IReadOnlyList<EarlierResult> earlier, Guid studyId) => Names
        ? earlier
        : [.. earlier.OrderBy(result => result.VideoId).Select(result => result with { Study = studyId.ToString(), Video = result.VideoId.ToString() })];
}
