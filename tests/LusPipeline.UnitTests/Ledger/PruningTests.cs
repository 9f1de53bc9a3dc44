using System.Text;
using LusPipeline.Buckets.Folder;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Identity;
using LusPipeline.Core.Probabilities;
using LusPipeline.Ledger.Erasure;
using LusPipeline.Ledger.Moves;
using LusPipeline.Ledger.Rows;
using LusPipeline.Pipeline.Erasure;
using LusPipeline.Pipeline.Intake;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.UnitTests.Ledger;

public sealed class PruningTests
{
    private static ResultKeys Results => new(new() { Name = "bucket" });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_spans_that_are_old_go_however_many_there_are()
    {
        using var bench = await LedgerBench.StartAsync();
        var now = bench.Clock.GetUtcNow().UtcDateTime;
        await using (var ledger = bench.Open())
        {
            for (var number = 0; number < 12_345; number++)
                ledger.Spans.Add(Span(number, now.AddDays(-10)));
            ledger.Spans.Add(Span(90_000, now));
            await ledger.SaveChangesAsync(Cancellation);
        }
        var rows = new OldRows(bench.Open, now.AddDays(-5));
        var told = new List<long>();

        Assert.Equal(12_345, await rows.CountSpansAsync(Cancellation));
        Assert.Equal(12_345, await rows.DeleteSpansAsync(told.Add, Cancellation));

        Assert.True(told.Count > 2);
        Assert.Equal(0, await rows.CountSpansAsync(Cancellation));
        await using var left = bench.Open();
        Assert.Equal(1, await left.Spans.CountAsync(Cancellation));
    }

    [Fact]
    public async Task Replaced_predictions_go_once_the_newer_ones_are_there()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        await bench.FinishAsync(video, new(0.9, 0.05, 0.05));
        await bench.SeeAsync("p1/a.mp4", force: true);
        bench.Clock.Advance(TimeSpan.FromDays(100));
        var rows = new OldRows(bench.Open, bench.Clock.GetUtcNow().UtcDateTime.AddDays(-90));

        Assert.Equal(0, await rows.DeleteHistoryAsync(_ => { }, Cancellation));

        await bench.FinishAsync(video with { Generation = 1 }, new(0, 0, 1));
        Assert.Equal(1, await rows.CountHistoryAsync(Cancellation));
        Assert.Equal(1, await rows.DeleteHistoryAsync(_ => { }, Cancellation));
        Assert.Equal(0, await rows.DeleteHistoryAsync(_ => { }, Cancellation));
        var kept = Assert.Single(await bench.Results.VideosAsync(new Dictionary<Guid, int> { [video.VideoId] = 1 }, Cancellation));
        Assert.Equal(Diagnosis.Healthy, kept.Result!.Value.Diagnosis);
    }

    [Fact]
    public async Task Features_of_old_studies_go_and_results_stay()
    {
        using var bench = await LedgerBench.StartAsync();
        using var folder = new TemporaryFolder();
        var work = new WorkFolder(folder.Path);
        var old = await bench.SeeAsync("old/a.mp4");
        await FinishWithObjectsAsync(bench, work, old);
        await bench.CompleteAsync(old);
        bench.Clock.Advance(TimeSpan.FromDays(100));
        var young = await bench.SeeAsync("young/a.mp4");
        await FinishWithObjectsAsync(bench, work, young);
        await bench.CompleteAsync(young);
        var open = await bench.SeeAsync("open/a.mp4");
        await FinishWithObjectsAsync(bench, work, open);
        var rows = new OldRows(bench.Open, bench.Clock.GetUtcNow().UtcDateTime.AddDays(-90));

        Assert.Equal(1, await rows.CountFeaturesAsync(Cancellation));
        Assert.Equal((1, 8), await new FeaturesPruning(rows).DeleteAsync(work, _ => { }, Cancellation));
        Assert.Equal((0, 0), await new FeaturesPruning(rows).DeleteAsync(work, _ => { }, Cancellation));

        Assert.Equal(4, await work.ListAsync("features/", Cancellation).CountAsync(Cancellation));
        Assert.Empty(await work.ListAsync(WorkKeys.FeaturesOf(ClipOf(bench, old)), Cancellation).ToListAsync(Cancellation));
        Assert.NotNull(Assert.Single(await bench.Results.StudiesAsync(["old"], Cancellation)).Result);
    }

    [Fact]
    public async Task Studies_count_as_old_by_their_completion()
    {
        using var bench = await LedgerBench.StartAsync();
        var video = await bench.SeeAsync("p1/a.mp4");
        await bench.FinishAsync(video, new(0, 0, 1));
        bench.Clock.Advance(TimeSpan.FromDays(100));
        var before = bench.Clock.GetUtcNow().UtcDateTime.AddDays(-90);
        Assert.Empty(await new OldRows(bench.Open, before).StudiesAsync(10, Cancellation));

        await bench.CompleteAsync(video);

        Assert.Empty(await new OldRows(bench.Open, before).StudiesAsync(10, Cancellation));
        Assert.Equal("p1", Assert.Single(await new OldRows(bench.Open, before.AddDays(91)).StudiesAsync(10, Cancellation)).Name);
    }

    [Fact]
    public async Task An_erased_study_leaves_nothing_and_its_neighbour_everything()
    {
        using var bench = await LedgerBench.StartAsync();
        using var folder = new TemporaryFolder();
        var work = new WorkFolder(folder.Path);
        var erased = await bench.SeeAsync("p1/a.mp4");
        var waiting = await bench.SeeAsync("p1/b.mp4", "01");
        var neighbour = await bench.SeeAsync("p2/a.mp4");
        foreach (var video in new[] { erased, neighbour })
            await FinishWithObjectsAsync(bench, work, video);
        await PutAsync(work, "results/p1.json");
        await PutAsync(work, WorkKeys.ClipFrames(ClipOf(bench, erased)));
        await using (var ledger = bench.Open())
        {
            ledger.Spans.Add(Span(1, DateTime.UtcNow, erased.StudyId));
            await ledger.SaveChangesAsync(Cancellation);
        }
        await new StudyCancellation(bench.Open, bench.Clock).CancelAsync(erased.StudyId, erased.StudyDay, Cancellation);

        var report = await new StudyErasure(bench.Open, bench.Clock).EraseAsync(await StudyAsync(bench, "p1"), work, Results, keepOut: true, Cancellation);

        Assert.Equal(new ErasedStudy(2, 1, 1, 1, 8, 2), report);
        Assert.Equal(2, await work.ListAsync("", Cancellation).CountAsync(Cancellation));
        await using var left = bench.Open();
        Assert.Equal("p2", (await left.Studies.SingleAsync(Cancellation)).Name);
        Assert.Equal(
            (1, 1, 1, 0),
            (await left.Videos.CountAsync(Cancellation), await left.Clips.CountAsync(Cancellation), await left.Predictions.CountAsync(Cancellation), await left.Spans.CountAsync(Cancellation)));
        Assert.Equal(new[] { erased.VideoId, waiting.VideoId }.Order(), (await left.KeptOutVideos.Select(video => video.VideoId).ToListAsync(Cancellation)).Order());
    }

    [Fact]
    public async Task What_is_kept_out_is_passed_by_and_other_content_of_its_key_is_not()
    {
        using var bench = await LedgerBench.StartAsync();
        using var folder = new TemporaryFolder();
        var seen = new SeenVideo("bucket", "p1/a.mp4", "00", "tag", 10);
        await bench.SeeAsync("p1/a.mp4");
        await new StudyErasure(bench.Open, bench.Clock).EraseAsync(await StudyAsync(bench, "p1"), new WorkFolder(folder.Path), Results, keepOut: true, Cancellation);
        var lease = new WorkLease { WorkerId = Guid.NewGuid(), Duration = TimeSpan.FromSeconds(15), RepublishAfter = TimeSpan.FromMinutes(1) };
        var arrivals = new VideoRegister(bench.Open, bench.Clock, lease, TimeSpan.Zero);

        Assert.Empty(await arrivals.ArriveAsync([seen], bench.Target, new(), Cancellation));
        Assert.Equal(
            new SeenVideo("bucket", "p1/a.mp4", "01", "tag", 10).VideoId,
            Assert.Single(await arrivals.ArriveAsync([seen, seen with { Content = "01" }], bench.Target, new(), Cancellation)).VideoId);
    }

    private static SpanRow Span(int number, DateTime started, Guid study = default) => new()
    {
        StudyDay = DateOnly.FromDateTime(started),
        TraceId = $"{number / 3:x32}",
        SpanId = $"{number:x16}",
        StudyId = study,
        Name = "decode",
        StartedAt = started,
    };

    private static Guid ClipOf(LedgerBench bench, RegisteredVideo video) => LedgerIds.Clip(video.VideoId, bench.Target.Plan, 0);

    /// <summary>Finishes a video whose clip has features and a sidecar, of 8 bytes together.</summary>
    private static async Task FinishWithObjectsAsync(LedgerBench bench, WorkFolder work, RegisteredVideo video)
    {
        await bench.FinishAsync(video, new(0.9, 0.05, 0.05));
        var key = WorkKeys.Features(ClipOf(bench, video), "aaaa", "fp32");
        await PutAsync(work, key);
        await PutAsync(work, $"{key}.json");
    }

    private static async Task PutAsync(WorkFolder work, string key)
    {
        await using var writer = await work.CreateAsync(key, Cancellation);
        await writer.WriteAsync(Encoding.ASCII.GetBytes("1234"), Cancellation);
        await writer.CommitAsync(Cancellation);
    }

    private static async Task<StudyRow> StudyAsync(LedgerBench bench, string name)
    {
        await using var ledger = bench.Open();
        return await ledger.Studies.AsNoTracking().SingleAsync(study => study.Name == name, Cancellation);
    }
}
