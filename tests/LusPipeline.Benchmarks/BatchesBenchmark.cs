using System.Diagnostics;
using System.Globalization;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Studies;
using LusPipeline.Hosting.Offline;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;
using Microsoft.ML.OnnxRuntime;

namespace LusPipeline.Benchmarks;

/// <summary>
/// What the number of batches at a time, of threads for each, and of frames in each do to speed and memory. Each combination has a process
/// of its own, so that its peak memory is its own too.
/// </summary>
internal static class BatchesBenchmark
{
    /// <summary>First argument of the process of one combination.</summary>
    public const string OneName = "batches-one";

    /// <summary>Runs over the clip's frames in one measurement.</summary>
    private const int Repeats = 3;

    private static readonly (int Runs, int Threads, int Batch)[] Combinations =
        [(2, 1, 1), (2, 1, 2), (2, 1, 4), (2, 1, 5), (2, 1, 10), (1, 2, 4), (1, 2, 10), (8, 1, 1)];

    public static async Task MeasureAsync(string videoFolder, string variant)
    {
        var bundle = Bundle.Load(ModelFolder());
        using var videos = new OfflineVideos([videoFolder], new VideoLimits(), new IngestOptions(), new MediaOptions(), TimeProvider.System);
        await foreach (var cut in videos.CutAsync([.. (await videos.ListAsync(default)).Take(1)], [ClipShape.For(bundle)], default))
        {
            Console.WriteLine($"{bundle.Name} {variant}, {Environment.ProcessorCount} cores, {bundle.Frames} frames of {bundle.Width}×{bundle.Height}");
            Console.WriteLine("| runs × threads | batch | frames/s | frames per CPU second | peak memory of the process |\n|---|---|---|---|---|");
            foreach (var (runs, threads, batch) in Combinations)
            {
                using var process = Process.Start(Environment.ProcessPath!, Arguments(cut.Clips[0], variant, runs, threads, batch));
                await process.WaitForExitAsync();
            }
        }
    }

    /// <param name="arguments">A clip's file, the variant, runs, threads and batch.</param>
    public static void MeasureOne(IReadOnlyList<string> arguments)
    {
        var (runs, threads, batch) = (Number(arguments[2]), Number(arguments[3]), Number(arguments[4]));
        var bundle = Bundle.Load(ModelFolder());
        var frames = NpyFile.Read<byte>(arguments[0]).Values;
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        using var session = new InferenceSession(bundle.PathOf(bundle.Backbone(arguments[1])), options);

        Run(session, bundle, frames, batch, runs, repeats: 1);
        using var process = Process.GetCurrentProcess();
        var (cpu, begun) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        Run(session, bundle, frames, batch, runs, Repeats);
        process.Refresh();
        var count = runs * Repeats * bundle.Frames;
        FormattableString row =
            $"| {runs} × {threads} | {batch} | {count / Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} | {count / (process.TotalProcessorTime - cpu).TotalSeconds:0.0} | {process.PeakWorkingSet64 / 1e6:0} MB |";
        Console.WriteLine(row.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Every run goes over all frames, on a thread of its own.</summary>
    private static void Run(InferenceSession session, Bundle bundle, byte[] frames, int batch, int runs, int repeats)
    {
        var threads = Enumerable.Range(0, runs).Select(_ => new Thread(() =>
        {
            for (var repeat = 0; repeat < repeats; repeat++)
                PureInference.Run(session, bundle, frames, batch);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    /// <summary>Of this program again; run by <c>dotnet exec</c>, its path comes first.</summary>
    private static IEnumerable<string> Arguments(string clip, string variant, int runs, int threads, int batch)
    {
        string[] own = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [typeof(BatchesBenchmark).Assembly.Location] : [];
        return [.. own, OneName, clip, variant, Text(runs), Text(threads), Text(batch)];
    }

    private static string ModelFolder() => BundleCatalog.Find(Path.Combine(Repository.Root, "models", BundleCatalog.DefaultName));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
