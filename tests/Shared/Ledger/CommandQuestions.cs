using LusPipeline.Buckets.Folder;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Erasure;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Replays;
using LusPipeline.Ledger.Results;
using LusPipeline.Ledger.Rows;
using LusPipeline.Ledger.Status;
using LusPipeline.Pipeline.Erasure;
using LusPipeline.Pipeline.Replays;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Tests.Ledger;

/// <summary>What commands ask.</summary>
internal sealed class CommandQuestions(LargeLedger large)
{
    private readonly ResultReader _results = new(large.Open);
    private readonly Replay _replay = new(large.Open, TimeProvider.System, shared: true);
    private readonly long _middle = large.Studies / 2;
    private long _taken;

    private static DateTime Ago(double days) => DateTime.UtcNow.AddDays(-days);

    public IEnumerable<Question> All()
    {
        yield return new("lus status", async () => await new StatusReader(large.Open, large.Lease.Duration, countedUpTo: 0).ReadAsync(default));
        yield return new("lus db status: sizes", async () =>
        {
            await using var ledger = large.Open();
            return await LedgerTables.ReadAsync(ledger, default);
        });
        yield return new("lus results --study", async () => await _results.StudiesAsync([$"study{_middle}"], default));
        yield return new("lus results, its 1,000 videos", () => FirstAsync(new(), 125));
        yield return new("lus results --since 1d, its 1,000 videos", () => FirstAsync(new() { Since = Ago(1) }, 125));
        yield return new("lus studies, its first 100 studies", () => FirstAsync(new(), 100));
        yield return new("lus studies --since 7d, its first 100 studies", () => FirstAsync(new() { Since = Ago(7) }, 100));
        yield return new("lus show: spans", async () => await new SpanReader(large.Open).OfStudyAsync(BulkLedger.Study(large.FirstOpen - 100), default));

        var clip = new Lazy<Task<Guid>>(ClipAsync);
        yield return Dry("--study", new() { Studies = [$"study{_middle}"] });
        yield return Dry("--video KEY", new() { Keys = [$"study{_middle}/scan1.mp4"] });
        yield return new("lus replay --dry-run --clip", async () => await FirstAsync(new ReplaySelection { ClipIds = [await clip.Value] }, null, 1));
        yield return Dry("--since 1d, its first 500 videos", new() { Since = Ago(1) });
        yield return Dry("--since 7d, its first 500 videos", new() { Since = Ago(7) });
        yield return Dry("--failed, its first 500 videos", new() { Failed = true });
        yield return Dry("--failed --since 1d", new() { Failed = true, Since = Ago(1) });
        yield return Dry("--model, its first 500 videos", new(), new ReplayModel(new string('f', 64), 20, [("fp32", new string('e', 64))], null));
        yield return new("lus replay --since 1d: count", async () => await _replay.CountAsync(new() { Since = Ago(1) }, null, false, default));
        yield return new("lus replay --failed: count", async () => await _replay.CountAsync(new() { Failed = true }, null, false, default));

        yield return new("lus cancel, one open study", async () => await new StudyCancellation(large.Open, TimeProvider.System).CancelAsync(
            BulkLedger.Study(large.FirstOpen + _taken), await DayAsync(large.FirstOpen + _taken++), default));
        yield return new("lus delete, one study's rows", EraseAsync);
        // A day's; more are counted and deleted in the same way, by the day.
        yield return new("lus prune --dry-run: a day's spans", async () => await new OldRows(large.Open, Ago(59)).CountSpansAsync(default));
        yield return new("lus prune --dry-run: a day's replaced predictions", async () => await new OldRows(large.Open, Ago(364)).CountHistoryAsync(default));
        yield return new("lus prune --dry-run: a day's features", async () => await new OldRows(large.Open, Ago(364)).CountFeaturesAsync(default));
        yield return new("lus prune --dry-run: studies of 9 months", async () => await new OldRows(large.Open, Ago(90)).CountStudiesAsync(default));
        yield return new("lus prune: a chunk of studies", async () => await new OldRows(large.Open, Ago(90)).StudiesAsync(100, default));
        yield return new("lus prune: first 5,000 spans", () => FirstChunkAsync((old, told, stop) => old.DeleteSpansAsync(told, stop), 30));
        yield return new("lus prune: first 5,000 predictions looked at", () => FirstChunkAsync((old, told, stop) => old.DeleteHistoryAsync(told, stop), 30));
    }

    private Question Dry(string arguments, ReplaySelection selection, ReplayModel? model = null) =>
        new($"lus replay --dry-run {arguments}", () => FirstAsync(selection, model, 500));

    private async Task<object?> FirstAsync(ReplaySelection selection, ReplayModel? model, int most)
    {
        var videos = 0;
        await foreach (var chunk in _replay.PlanAsync(selection, model, false, default))
        {
            videos += chunk.Count;
            if (videos >= most)
                break;
        }
        return videos;
    }

    private async Task<object?> FirstAsync(StudyFilter filter, int studies)
    {
        var rows = 0;
        await foreach (var _ in _results.StreamAsync(filter, default).Take(studies))
            rows++;
        return rows;
    }

    private async Task<Guid> ClipAsync()
    {
        await using var ledger = large.Open();
        return await ledger.Clips.Where(clip => clip.Video!.StudyId == BulkLedger.Study(_middle)).Select(clip => clip.ClipId).FirstAsync();
    }

    private async Task<DateOnly> DayAsync(long study) => (await StudyAsync(study)).StudyDay;

    private async Task<StudyRow> StudyAsync(long study)
    {
        await using var ledger = large.Open();
        return await ledger.Studies.SingleAsync(row => row.StudyId == BulkLedger.Study(study));
    }

    private async Task<object?> EraseAsync()
    {
        using var folder = new TemporaryFolder();
        var study = await StudyAsync(_middle - 10 - _taken++);
        return await new StudyErasure(large.Open, TimeProvider.System).EraseAsync(study, new WorkFolder(folder.Path), results: null, keepOut: true, default);
    }

    /// <summary>A run that is stopped after its first chunk.</summary>
    private async Task<object?> FirstChunkAsync(Func<OldRows, Action<long>, CancellationToken, Task<long>> delete, double days)
    {
        using var stop = new CancellationTokenSource();
        var deleted = 0L;
        try
        {
            return await delete(new OldRows(large.Open, Ago(days)), rows =>
            {
                deleted = rows;
                stop.Cancel();
            }, stop.Token);
        }
        catch (OperationCanceledException)
        {
            return deleted;
        }
    }
}
