using System.Globalization;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Offline;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Benchmarks;

/// <summary><c>lus run</c> against what its parts cost by themselves, all in one go on one machine.</summary>
internal static class RunBenchmark
{
    private static readonly int[] Batches = [1, 4, 8];

    /// <param name="rounds">
    /// Runs, each between two measurements of the bound whose mean counts: a shared machine's speed changes by the minute.
    /// </param>
    public static async Task MeasureAsync(string videoFolder, string lus, string? wanted, int rounds)
    {
        var cores = Environment.ProcessorCount;
        var videos = Directory.EnumerateFiles(videoFolder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        var scratch = Directory.CreateTempSubdirectory("lus-bench-").FullName;
        try
        {
            var (bundle, variant) = LoadedModel.Load(
                BundleCatalog.Find(Path.Combine(Repository.Root, "models", BundleCatalog.DefaultName)), wanted, new InferenceOptions());
            Console.WriteLine($"{videos.Count} videos, {cores} cores, {bundle.Name} {variant}");

            var clips = await CutAsync(videoFolder, bundle, scratch);
            var batch = BestBatch(bundle, variant, clips);
            var (bounds, runs) = (TimeSpan.Zero, TimeSpan.Zero);
            var before = await BoundAsync(videos, clips, bundle, variant, batch);
            for (var round = 1; round <= rounds; round++)
            {
                var run = await RunAsync(lus, videoFolder, Path.Combine(scratch, $"home{round}"), variant, clips.Count * bundle.Frames);
                var after = await BoundAsync(videos, clips, bundle, variant, batch);
                var bound = (before + after) / 2;
                Row($"share of the bound, round {round} of {rounds} (aim ≥ 0.9)", $"{bound / run:0.00}");
                (bounds, runs, before) = (bounds + bound, runs + run, after);
            }
            if (rounds > 1)
                Row("share of the bound over all rounds (aim ≥ 0.9)", $"{bounds / runs:0.00}: {(bounds / rounds).TotalSeconds:0.0} of {(runs / rounds).TotalSeconds:0.0} s");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static int BestBatch(Bundle bundle, string variant, List<string> clips)
    {
        var (batch, best) = (0, TimeSpan.MaxValue);
        foreach (var candidate in Batches)
        {
            using var trial = new PureInference(bundle, variant);
            trial.Time([.. clips.Take(2)], candidate);
            var cpu = trial.Time([.. clips.Take(4)], candidate);
            Row($"pure inference, batch {candidate}", $"{4 * bundle.Frames / cpu.TotalSeconds:0.00} frames a CPU second");
            if (cpu < best)
                (batch, best) = (candidate, cpu);
        }
        return batch;
    }

    private static async Task<TimeSpan> BoundAsync(List<string> videos, List<string> clips, Bundle bundle, string variant, int batch)
    {
        var decoding = await PureDecoding.CpuAsync(videos);
        Row("pure decoding, CPU", $"{decoding.TotalSeconds:0.0} s");
        using var pure = new PureInference(bundle, variant);
        var inference = pure.Time(clips, batch);
        Row($"pure inference, batch {batch}, all frames, CPU", $"{inference.TotalSeconds:0.0} s");
        var bound = (decoding + inference) / Environment.ProcessorCount;
        Row("bound: CPU of both over the cores", $"{bound.TotalSeconds:0.0} s");
        return bound;
    }

    private static async Task<TimeSpan> RunAsync(string lus, string videoFolder, string home, string variant, int frames)
    {
        var run = await WatchedRun.StartAsync(lus, "run", videoFolder, "--home", home, "--json", "--variant", variant);
        Row("lus run, end to end", $"{run.Wall.TotalSeconds:0.0} s, {frames / run.Wall.TotalSeconds:0.0} frames/s, CPU {run.Cpu.TotalSeconds:0.0} s");
        Row("first result (aim ≤ 4 s)", $"{run.FirstResult.TotalSeconds:0.00} s");
        Row("peak memory of lus (aim ≤ 1.2 GB)", $"{run.PeakBytes / 1e9:0.00} GB");
        Row("peak memory of its children together (aim ≤ 1.6 GB)", $"{run.PeakChildrenBytes / 1e9:0.00} GB");
        var again = await WatchedRun.StartAsync(lus, "run", videoFolder, "--home", home, "--json", "--variant", variant);
        Row("running again on finished videos (aim ≤ 1.5 s)", $"{again.Wall.TotalSeconds:0.00} s");
        return run.Wall;
    }

    /// <summary>The frames that a run infers, as files.</summary>
    private static async Task<List<string>> CutAsync(string videoFolder, Bundle bundle, string folder)
    {
        using var offline = new OfflineVideos([videoFolder], new VideoLimits(), new IngestOptions(), new MediaOptions(), TimeProvider.System);
        var videos = (await offline.ListAsync(default)).OrderBy(video => video.Key, StringComparer.Ordinal).ToList();
        var clips = new List<string>();
        await foreach (var cut in offline.CutAsync(videos, [ClipShape.For(bundle)], default))
        {
            foreach (var clip in cut.Clips)
            {
                var kept = Path.Combine(folder, $"{clips.Count}.npy");
                File.Move(clip, kept);
                clips.Add(kept);
            }
        }
        return clips;
    }

    private static void Row(string what, FormattableString value) => Console.WriteLine($"| {what} | {value.ToString(CultureInfo.InvariantCulture)} |");
}
