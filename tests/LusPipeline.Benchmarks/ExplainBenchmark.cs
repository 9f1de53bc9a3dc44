using System.Diagnostics;
using LusPipeline.Core.Clips;
using LusPipeline.Core.Probabilities;
using LusPipeline.Core.Studies;
using LusPipeline.Explaining;
using LusPipeline.Explaining.Frames;
using LusPipeline.Explaining.Pictures;
using LusPipeline.Explaining.Reports;
using LusPipeline.Explaining.Subjects;
using LusPipeline.Hosting.Offline;
using LusPipeline.Media;
using LusPipeline.Models.Bundles;
using LusPipeline.Models.Inference;

namespace LusPipeline.Benchmarks;

/// <summary>What an explanation costs beyond decoding: opening the model once, and then each clip with its pictures. In time, and in processor time.</summary>
internal static class ExplainBenchmark
{
    private const int Videos = 8;

    public static async Task MeasureAsync(string folder, string? variant)
    {
        var inference = new InferenceOptions();
        var model = LoadedModel.Load(Path.Combine(Repository.Root, "models", BundleCatalog.DefaultName), variant, inference);
        var bundle = model.Bundle;
        using var offline = new OfflineVideos([folder], new VideoLimits(), new IngestOptions(), new MediaOptions(), TimeProvider.System);
        var videos = (await offline.ListAsync(CancellationToken.None)).Where(video => video.Rejection is null).Take(Videos).ToList();

        var clips = new List<byte[]>();
        await foreach (var video in offline.CutAsync(videos, [ClipShape.For(bundle)], CancellationToken.None))
            clips.AddRange(video.Clips.Select(File.ReadAllBytes));
        var plan = ClipPlan.Whole(bundle.Frames);
        var (opening, explaining, drawing) = (new Cost(), new Cost(), new Cost());
        using var explained = await opening.OfAsync(() => ExplainedModel.OpenAsync(bundle, model.Variant, inference));
        var target = Directory.CreateTempSubdirectory("lus-explain-").FullName;
        try
        {
            foreach (var clip in clips)
            {
                var frames = new ClipPictures(clip, "", null, plan.Cut(bundle.Frames, null), 0, FrameMask.None);
                var subject = new ClipSubject(
                    Guid.NewGuid(), Guid.NewGuid(), "", "", "", plan, plan.Cut(bundle.Frames, null), 0, null, bundle.Id, model.Variant, 1, new ClassProbabilities(1, 0, 0));
                var explanation = await explaining.OfAsync(() => explained.ExplainAsync(subject, frames, CancellationToken.None));
                await drawing.OfAsync(() => Task.FromResult(ExplanationFolder.Write(Path.Combine(target, "clip"), explanation)));
            }
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
        Console.WriteLine($"{clips.Count} clips of {bundle.Frames} frames, {bundle.Name} {bundle.Version}, {model.Variant}, {Environment.ProcessorCount} cores");
        opening.Print("opening the model, once");
        explaining.Print("explaining a clip");
        drawing.Print("writing a clip's PNG files");
    }

    /// <summary>Times of several runs of one thing.</summary>
    private sealed class Cost
    {
        private readonly List<(double Wall, double Processor)> _runs = [];

        public async Task<T> OfAsync<T>(Func<Task<T>> work)
        {
            var (before, begun) = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.GetTimestamp());
            var result = await work();
            _runs.Add((Stopwatch.GetElapsedTime(begun).TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds));
            return result;
        }

        public void Print(string what) => Console.WriteLine(
            $"{what,-28} median {Median(run => run.Wall):0.00} s, longest {_runs.Max(run => run.Wall):0.00} s; processor time {Median(run => run.Processor):0.00} s");

        private double Median(Func<(double Wall, double Processor), double> of) => _runs.Select(of).Order().ElementAt(_runs.Count / 2);
    }
}
