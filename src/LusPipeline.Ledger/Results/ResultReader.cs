using System.Runtime.CompilerServices;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Studies;
using LusPipeline.Ledger.Databases;
using LusPipeline.Ledger.Rows;
using Microsoft.EntityFrameworkCore;

namespace LusPipeline.Ledger.Results;

/// <summary>Reads results from the ledger. Only the predictions of clips are stored; the results of videos and studies are computed here.</summary>
public sealed class ResultReader(Func<LedgerContext> open)
{
    private const int Chunk = 500;

    /// <summary>The number of studies that are held in memory at a time, with their videos, clips and predictions.</summary>
    private const int StreamedChunk = 100;

    /// <summary>
    /// Returns the studies with these names, or all studies if null, by bucket and name. The videos of each study are ordered by key.
    /// </summary>
    public async Task<IReadOnlyList<StudyResult>> StudiesAsync(IReadOnlyCollection<string>? names, CancellationToken cancellation) =>
        await StreamAsync(new StudyFilter { Names = names }, cancellation).ToListAsync(cancellation).ConfigureAwait(false);

    /// <summary>Streams studies by bucket and name, a chunk in memory at a time. The videos of each study are ordered by key.</summary>
    public async IAsyncEnumerable<StudyResult> StreamAsync(StudyFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await foreach (var chunk in (filter.IsEmpty ? AllAsync(cancellation) : ChosenAsync(filter, cancellation)).WithCancellation(cancellation).ConfigureAwait(false))
        {
            await using var ledger = open();
            foreach (var study in await WithVideosAsync(ledger, chunk, null, cancellation).ConfigureAwait(false))
                yield return study;
        }
    }

    /// <summary>
    /// Streams studies ordered by the day on which they were first seen, a chunk in memory at a time: all studies of each day that has one which the
    /// filter selects.
    /// </summary>
    public async IAsyncEnumerable<StudyResult> StreamDaysAsync(StudyFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(filter);
        List<Guid> ids;
        await using (var ledger = open())
        {
            var days = filter.Apply(ledger.Studies).Select(study => study.StudyDay).Distinct();
            ids = await ledger.Studies.Where(study => days.Contains(study.StudyDay)).OrderBy(study => study.StudyDay).ThenBy(study => study.StudyId)
                .Select(study => study.StudyId).ToListAsync(cancellation).ConfigureAwait(false);
        }
        foreach (var chunk in ids.Chunk(StreamedChunk))
        {
            await using var ledger = open();
            var studies = await ledger.Studies.AsNoTracking().Where(study => chunk.Contains(study.StudyId))
                .OrderBy(study => study.StudyDay).ThenBy(study => study.StudyId).ToListAsync(cancellation).ConfigureAwait(false);
            foreach (var study in await WithVideosAsync(ledger, studies, null, cancellation).ConfigureAwait(false))
                yield return study;
        }
    }

    /// <summary>Reads all studies in the order of an index, so that the first chunk is available at once.</summary>
    private async IAsyncEnumerable<List<StudyRow>> AllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var (bucket, name) = ("", "");
        while (true)
        {
            await using var ledger = open();
            var chunk = await ledger.Studies.FromSql($"SELECT * FROM studies WHERE (bucket, name) > ({bucket}, {name})").AsNoTracking()
                .OrderBy(study => study.Bucket).ThenBy(study => study.Name).Take(StreamedChunk).ToListAsync(cancellation).ConfigureAwait(false);
            yield return chunk;
            if (chunk.Count < StreamedChunk)
                yield break;
            (bucket, name) = (chunk[^1].Bucket, chunk[^1].Name);
        }
    }

    /// <summary>
    /// Reads the ids of all selected studies first. With an order and a limit in the query, PostgreSQL would scan all studies instead of
    /// using the filter.
    /// </summary>
    private async IAsyncEnumerable<List<StudyRow>> ChosenAsync(StudyFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<Guid> ids;
        await using (var ledger = open())
        {
            ids = await filter.Apply(ledger.Studies).OrderBy(study => study.Bucket).ThenBy(study => study.Name).Select(study => study.StudyId)
                .ToListAsync(cancellation).ConfigureAwait(false);
        }
        foreach (var chunk in ids.Chunk(StreamedChunk))
        {
            await using var ledger = open();
            yield return await ledger.Studies.AsNoTracking().Where(study => chunk.Contains(study.StudyId))
                .OrderBy(study => study.Bucket).ThenBy(study => study.Name).ToListAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Returns the studies with these ids.</summary>
    public async Task<IReadOnlyList<StudyResult>> StudiesAsync(
        IReadOnlyCollection<Guid> ids, IReadOnlyDictionary<Guid, int>? generations, CancellationToken cancellation)
    {
        await using var ledger = open();
        var results = new List<StudyResult>(ids.Count);
        foreach (var chunk in ids.Chunk(Chunk))
        {
            var studies = await ledger.Studies.AsNoTracking().Where(study => chunk.Contains(study.StudyId))
                .OrderBy(study => study.Name).ToListAsync(cancellation).ConfigureAwait(false);
            results.AddRange(await WithVideosAsync(ledger, studies, generations, cancellation).ConfigureAwait(false));
        }
        return results;
    }

    /// <summary>Returns the results of studies whose rows were read just now, in their order. The videos of each study are ordered by key.</summary>
    public async Task<IReadOnlyList<StudyResult>> OfRowsAsync(IReadOnlyList<StudyRow> studies, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(studies);
        if (studies.Count == 0)
            return [];
        await using var ledger = open();
        return await WithVideosAsync(ledger, studies, null, cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns videos by id, each in the given generation, ordered by key.</summary>
    public async Task<IReadOnlyList<VideoResult>> VideosAsync(IReadOnlyDictionary<Guid, int> generations, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(generations);
        if (generations.Count == 0)
            return [];
        await using var ledger = open();
        var results = new List<VideoResult>(generations.Count);
        foreach (var chunk in generations.Keys.Chunk(Chunk))
        {
            var videos = await ledger.Videos.AsNoTracking().Include(video => video.Study)
                .Where(video => chunk.Contains(video.VideoId)).ToListAsync(cancellation).ConfigureAwait(false);
            videos.Sort((a, b) => string.CompareOrdinal(a.ObjectKey, b.ObjectKey));
            results.AddRange(await ResultsAsync(ledger, videos, video => video.Study!.Name, generations, cancellation).ConfigureAwait(false));
        }
        return results;
    }

    /// <summary>Returns the results of earlier generations of a study's videos, ordered by key and generation.</summary>
    public Task<IReadOnlyList<EarlierResult>> HistoryAsync(Guid studyId, CancellationToken cancellation) =>
        HistoryAsync(videos => videos.Where(video => video.StudyId == studyId), cancellation);

    /// <summary>Returns the results of earlier generations of a video, ordered by generation. Its study's other videos are not read.</summary>
    public Task<IReadOnlyList<EarlierResult>> VideoHistoryAsync(Guid videoId, CancellationToken cancellation) =>
        HistoryAsync(videos => videos.Where(video => video.VideoId == videoId), cancellation);

    private async Task<IReadOnlyList<EarlierResult>> HistoryAsync(Func<IQueryable<VideoRow>, IQueryable<VideoRow>> choose, CancellationToken cancellation)
    {
        await using var ledger = open();
        // Most videos have one generation, and nothing earlier.
        var videos = await choose(ledger.Videos.AsNoTracking()).Where(video => video.Generation > 0 && !video.Superseded).Include(video => video.Study)
            .ToDictionaryAsync(video => video.VideoId, cancellation).ConfigureAwait(false);
        if (videos.Count == 0)
            return [];
        var newest = videos.Values.Max(video => video.Generation);
        var ids = videos.Keys.ToList();
        var bundles = await ledger.Bundles.AsNoTracking().ToDictionaryAsync(bundle => bundle.BundleId, cancellation).ConfigureAwait(false);
        var predictions = await ledger.Predictions.AsNoTracking().Where(p => ids.Contains(p.VideoId) && p.Generation < newest)
            .ToListAsync(cancellation).ConfigureAwait(false);
        return [.. predictions.Where(p => p.Generation < videos[p.VideoId].Generation).GroupBy(p => (p.VideoId, p.Generation, p.BundleId, p.Variant))
            .OrderBy(group => videos[group.Key.VideoId].ObjectKey, StringComparer.Ordinal).ThenBy(group => group.Key.Generation)
            .Select(group =>
            {
                var (video, bundle) = (videos[group.Key.VideoId], bundles[group.Key.BundleId]);
                var clips = group.OrderBy(p => p.ClipIndex).Select(p => new ClassProbabilities(p.Covid, p.Pneumonia, p.Healthy)).ToList();
                return new EarlierResult(
                    video.VideoId, video.Study!.Name, ObjectName.FromKey(video.ObjectKey).Video, group.Key.Generation, Result.Mean(clips, bundle.Threshold),
                    clips.Count, ModelOf(bundle), group.Key.Variant, group.Max(p => p.PredictedAt));
            })];
    }

    private static async Task<IReadOnlyList<StudyResult>> WithVideosAsync(
        LedgerContext ledger, IReadOnlyList<StudyRow> studies, IReadOnlyDictionary<Guid, int>? generations, CancellationToken cancellation)
    {
        var results = new List<StudyResult>(studies.Count);
        foreach (var chunk in studies.Chunk(Chunk))
        {
            var names = chunk.ToDictionary(study => study.StudyId, study => study.Name);
            var ids = names.Keys.ToList();
            var videos = await ledger.Videos.AsNoTracking()
                .Where(video => ids.Contains(video.StudyId) && !video.Superseded).ToListAsync(cancellation).ConfigureAwait(false);
            videos.Sort((a, b) => string.CompareOrdinal(a.ObjectKey, b.ObjectKey));
            var byStudy = (await ResultsAsync(ledger, videos, video => names[video.StudyId], generations, cancellation).ConfigureAwait(false)).ToLookup(video => video.StudyId);
            foreach (var study in chunk)
            {
                var own = byStudy[study.StudyId].ToList();
                // Not in the order of names: whoever may not read them gets the same sums.
                var done = own.Where(video => video.Result is not null).OrderBy(video => video.VideoId).ToList();
                var threshold = done.Select(video => video.Threshold).DefaultIfEmpty().Max();
                results.Add(new StudyResult(
                    study.StudyId, study.StudyDay, study.Name, study.Status,
                    done.Count == 0 ? null : Result.Mean([.. done.Select(video => video.Result!.Value.Probabilities)], threshold),
                    own, study.Revision, TraceId(study.TraceParent), study.FirstSeenAt, study.CompletedAt));
            }
        }
        return results;
    }

    private static async Task<List<VideoResult>> ResultsAsync(
        LedgerContext ledger, List<VideoRow> videos, Func<VideoRow, string> studyName, IReadOnlyDictionary<Guid, int>? generations, CancellationToken cancellation)
    {
        var ids = videos.Select(video => video.VideoId).ToList();
        var bundles = await ledger.Bundles.AsNoTracking().ToDictionaryAsync(bundle => bundle.BundleId, cancellation).ConfigureAwait(false);
        // The generations of all, which one index finds. To join each video's own would look every video up once more.
        var wanted = videos.Select(GenerationOf).Distinct().ToList();
        var predictions = (await ledger.Predictions.AsNoTracking().Where(p => ids.Contains(p.VideoId) && wanted.Contains(p.Generation))
            .ToListAsync(cancellation).ConfigureAwait(false)).ToLookup(p => (p.VideoId, p.Generation));
        var results = new List<VideoResult>(videos.Count);
        foreach (var video in videos)
        {
            var generation = GenerationOf(video);
            var clips = predictions[(video.VideoId, generation)].OrderBy(p => p.ClipIndex).ToList();
            var newest = generation == video.Generation;
            var bundle = bundles[newest || clips.Count == 0 ? video.BundleId : clips[0].BundleId];
            var probabilities = clips.Select(p => new ClassProbabilities(p.Covid, p.Pneumonia, p.Healthy)).ToList();
            var done = (!newest || video.Status == WorkStatus.Done) && clips.Count > 0;
            results.Add(new VideoResult(
                video.VideoId, video.StudyId, studyName(video), ObjectName.FromKey(video.ObjectKey).Video,
                newest ? video.Status : WorkStatus.Done, newest ? video.Reason : null, newest ? video.Detail : null,
                video.Warnings.Split(',', StringSplitOptions.RemoveEmptyEntries),
                done ? Result.Mean(probabilities, bundle.Threshold) : null, probabilities, video.Frames,
                ModelOf(bundle),
                newest || clips.Count == 0 ? video.Variant : clips[0].Variant, generation, TraceId(video.TraceParent),
                video.FinishedAt is { } finished && video.StartedAt is { } started ? (finished - started).TotalSeconds : null,
                video.FinishedAt, bundle.Threshold, video.Content));
        }
        return results;

        int GenerationOf(VideoRow video) => generations is not null && generations.TryGetValue(video.VideoId, out var chosen) ? chosen : video.Generation;
    }

    private static string ModelOf(BundleRow bundle) => $"{bundle.Name}@{bundle.Version}+{bundle.BundleId[..12]}";

    private static string TraceId(string traceParent) => traceParent.Split('-')[1];
}
