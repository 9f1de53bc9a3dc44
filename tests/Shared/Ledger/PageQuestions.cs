using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Registers;
using LusPipeline.Ledger.Results;

namespace LusPipeline.Tests.Ledger;

/// <summary>What the pages of <c>lus serve</c> ask.</summary>
internal sealed class PageQuestions(LargeLedger large)
{
    private const int PageSize = 50;

    private readonly StudyPages _pages = new(large.Open, TimeProvider.System);
    private readonly ResultReader _results = new(large.Open);

    private Guid Study => BulkLedger.Study(large.Studies / 2);

    public IEnumerable<Question> All()
    {
        var place = new Lazy<Task<StudyPlace>>(MiddleAsync);
        yield return new("page of studies: newest", () => PageAsync(new()));
        yield return new("page of studies: in the middle", async () => (await _pages.ReadAsync(new(), await place.Value, PageSize, default)).Studies);
        yield return new("page of studies: failed", () => PageAsync(new() { Status = WorkStatus.Failed }));
        yield return new("page of studies: open", () => PageAsync(new() { Status = WorkStatus.Open }));
        yield return new("page of studies: two days", () => PageAsync(new() { Since = DateTime.UtcNow.AddDays(-100), Until = DateTime.UtcNow.AddDays(-98) }));
        yield return new("page of studies: whole name", () => PageAsync(new() { Name = $"study{large.Studies / 2}" }));
        yield return new("page of studies: a part of a name that is not there", () => PageAsync(new() { Name = "nobody" }));
        yield return new("page of studies: covid", () => PageAsync(new() { Diagnosis = Diagnosis.Covid }));
        yield return new("page of studies: uncertain", () => PageAsync(new() { Uncertain = true }));
        yield return new("page of a study: results, history, spans", async () =>
        {
            var study = await _results.StudiesAsync([Study], null, default);
            await _results.HistoryAsync(Study, default);
            await new SpanReader(large.Open).TracesOfStudyAsync(Study, 200, default);
            return study;
        });
        yield return new("page of a video: details, result, history", async () =>
        {
            var video = (await _results.StudiesAsync([Study], null, default))[0].Videos[0];
            var details = (await new VideoDetailsReader(large.Open).ReadAsync(video.VideoId, default))!;
            await _results.VideoHistoryAsync(video.VideoId, default);
            return await _results.VideosAsync(new Dictionary<Guid, int> { [video.VideoId] = details.Generation }, default);
        });
        yield return new("page of models", async () => await new BundleUse(large.Open).ReadAsync(default));
    }

    private async Task<object?> PageAsync(StudySearch search) => (await _pages.ReadAsync(search, null, PageSize, default)).Studies;

    private async Task<StudyPlace> MiddleAsync()
    {
        var study = (await _results.StudiesAsync([Study], null, default))[0];
        return new(study.FirstSeenAt, study.StudyId);
    }
}
