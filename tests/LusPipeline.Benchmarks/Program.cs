using System.Globalization;
using LusPipeline.Benchmarks;
using LusPipeline.Benchmarks.Ledger;
using LusPipeline.Benchmarks.Viewers;
using LusPipeline.Models.Bundles;
using LusPipeline.Tests;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Heads;

const string Usage = """
    Measurements of the real job, run by hand on a quiet machine.

      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- run [--videos DIR] [--lus PROGRAM] [--variant fp32|int8] [--rounds N]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- batches [--videos DIR] [--variant fp32|int8]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- features [--videos DIR]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- ledger [--clips N] [--database CONNECTION | --keep DIR] [--cold] [--plans] [--only TEXT]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- viewers [--clips N] [--keep DIR] [--count VIEWERS] [--seconds N] [--pause SECONDS] [--study VIDEOS] [--cold] [--lus PROGRAM]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- int8 [--videos DIR] [--model BUNDLE] [--fp32 SET]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- workers [--count VIDEOS] [--lus PROGRAM]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- workers-real [--videos DIR] [--lus PROGRAM] [--variant fp32|int8]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- fast [--videos DIR] [--lus PROGRAM] [--variant fp32|int8] [--count VIDEOS] [--rounds N]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- fast-run [--videos DIR] [--lus PROGRAM] [--variant fp32|int8] [--count VIDEOS] [--rounds N]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- scaling [--count CLIPS-A-WORKER]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- listing [--count OBJECTS]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- sandbox [--videos DIR] [--rounds N]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- explain [--videos DIR] [--variant fp32|int8]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- pauses [--count PAUSES] [--seconds N] [--lus PROGRAM]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- watcher-memory [--count OBJECTS]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- sync [--folder DIR] [--rounds N]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- study [--count VIDEOS]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- long-video [--count HOURS] [--lus PROGRAM]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- dicom [--rounds N] [--lus PROGRAM]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- dicom-frames LOOP… | --video FILE [--rounds N]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- train [--features SET] [--folds FILE]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- train-accuracy [--features SET] [--folds FILE] [--preset paper|default] [--ensemble N]
      dotnet run -c Release --project tests/LusPipeline.Benchmarks -- train-select --features SET,SET… [--folds FILE] [--labels FILE] [--only NAMES] [--ensemble N] [--seed N] [--picture FILE]

    run        end to end against the bound of pure decoding and pure inference; memory; first result; running again
    batches    the backbone with other numbers of batches at a time, threads and frames in a batch: speed and memory
    ledger     what people, dashboards and the sweeper ask of a ledger of 10 million clips; makes it in an empty database
    viewers    the pages of lus serve over such a ledger: each for one person, and then 200 people at a time; the exit status is 1 after any error
    features   our features of all videos, by Keras' weights in float32, against those that Keras gave
    int8       int8 against fp32: features, speed, and accuracy over five folds without a patient in both sides
    workers    a tiny model: clips a second through broker, database and bucket, and what each clip costs there
    workers-real  the real model: frames a second of workers against lus run's, in turns
    fast       the features stage of a worker with the whole bundle and with its slim form (Model:Fast), in turns
    fast-run   lus run with the whole bundle and with its slim form (--fast), in turns
    listing    a look at a bucket of 100,000 finished videos
    pauses     workers of each stage that stand still (SIGSTOP) in the midst of an attempt, longer than their lease: what fails, what is there twice
    watcher-memory  the memory of a watcher that has 10,000,000 objects before it
    sync       commits and objects that wait for the disk against those that do not
    study      one study of 10,000 videos: registered, completed, read, its result
    long-video a video of 6 hours in windows of a second
    dicom      lus run on DICOM loops against the same frames in the same coding as videos, in turns, with a tiny model
    dicom-frames  the frames of loops in JPEG-LS or lossless JPEG, decoded here and by ffmpeg; with --video, loops that dcmtk makes of it
    sandbox    decoding in the kernel's sandbox and without it, by turns
    explain    what an explanation of a clip costs beyond decoding
    train      the paper's head on one fold: time, memory, and the share of the machine's rate of matrix products
    train-accuracy  a preset's head over all folds: accuracy on the videos that it was not trained on
    train-select   how the default head was chosen: recipes over all folds, and what choosing inside the folds is worth
    scaling    1 to 16 feature workers whose model waits a fixed time instead of computing

    --videos   a folder of videos; default $LUS_SHARED/data/lus/videos, else ../shared/data/lus/videos
    --rounds   runs, each between two measurements of the bound, default 1: a shared machine's speed changes
    --seconds  length of a pause, default 20; of viewers, how long they look, default 60
    --study    of viewers: one more study of so many videos that came just now, and only its pages, with names and without
    --pause    how long a viewer looks at a page on average, default 2; 0: as fast as it can
    --folder   a folder on the disk that is measured; default the current one
    --clips    how many to make, default 10,000,000
    --database Npgsql's form, as a superuser; a private server by tests/servers.sh if left out, which pages and panels ask as lus_web_names and lus_dashboard
    --keep     where the private server's data stay, for a next time
    --cold     asks each question, or for each page, once when nothing is in memory, neither the server's nor the kernel's
    --plans    prints how PostgreSQL goes about each statement
    --only     a part of the names of questions
    --lus      the built program; default .build/lus/lus of this checkout (./lus version builds it)
    --model    a bundle's folder; default models/xception-lstm of this checkout
    --features a feature set; default data/features_20/xception of the shared data
    --folds    a cross_val.json; default data/lus/cross_val.json of the shared data
    --only     names of recipes, separated by semicolons
    --picture  an SVG file with the balanced accuracy of each recipe
    --fp32     a feature set of the same videos instead of computing fp32: quicker, and without speeds
    """;

string Option(string name, string fallback) => args.SkipWhile(argument => argument != name).Skip(1).FirstOrDefault(fallback);

if (args is ["ledger", ..])
{
    await LedgerBenchmark.MeasureAsync(new(
        args.Contains("--database") ? Option("--database", "") : null, args.Contains("--keep") ? Option("--keep", "") : null,
        long.Parse(Option("--clips", "10000000"), CultureInfo.InvariantCulture), args.Contains("--plans"), args.Contains("--cold"), Option("--only", "")));
    return 0;
}
if (args is ["watcher-memory", ..])
{
    await WatcherMemoryBenchmark.MeasureAsync(int.Parse(Option("--count", "10000000"), CultureInfo.InvariantCulture), FreePort.Find());
    return 0;
}
if (args is ["study", ..])
{
    await StudyBenchmark.MeasureAsync(int.Parse(Option("--count", "10000"), CultureInfo.InvariantCulture));
    return 0;
}
if (args is ["sync", ..])
{
    await SyncBenchmark.MeasureAsync(Path.GetFullPath(Option("--folder", ".")), int.Parse(Option("--rounds", "5"), CultureInfo.InvariantCulture));
    return 0;
}
if (args is [SandboxBenchmark.NothingName])
    return 0;
if (args is [BatchesBenchmark.OneName, .. var one])
{
    BatchesBenchmark.MeasureOne(one);
    return 0;
}
if (args is ["dicom-frames", .. var loops])
{
    var rounds = int.Parse(Option("--rounds", "5"), CultureInfo.InvariantCulture);
    if (args.Contains("--video"))
        await DicomFramesBenchmark.MeasureVideoAsync(Option("--video", ""), rounds);
    else
        await DicomFramesBenchmark.MeasureAsync(loops.TakeWhile(loop => !loop.StartsWith("--", StringComparison.Ordinal)), rounds);
    return 0;
}
if (args is not ["viewers" or "pauses" or "long-video" or "dicom" or "run" or "batches" or "features" or "int8" or "workers" or "workers-real" or "fast" or "fast-run" or "scaling" or "listing" or "sandbox" or "explain" or "train" or "train-accuracy" or "train-select", ..])
{
    Console.Error.WriteLine(Usage);
    return 1;
}
if (args[0] == "listing")
{
    await ListingBenchmark.MeasureAsync(int.Parse(Option("--count", "100000"), CultureInfo.InvariantCulture));
    return 0;
}
if (args[0] == "scaling")
{
    await ScalingBenchmark.MeasureAsync(int.Parse(Option("--count", "60"), CultureInfo.InvariantCulture));
    return 0;
}
var shared = Environment.GetEnvironmentVariable("LUS_SHARED") ?? Path.Combine(Repository.Root, "..", "shared");
if (args[0] == "train-select")
{
    SelectionBenchmark.Measure(
        [.. Option("--features", Path.Combine(shared, "data", "features_20", "xception")).Split(',').Select(Path.GetFullPath)],
        Path.GetFullPath(Option("--folds", Path.Combine(shared, "data", "lus", "cross_val.json"))),
        Path.GetFullPath(Option("--labels", Path.Combine(shared, "data", "lus", "videos.csv"))),
        Option("--only", "").Split(';', StringSplitOptions.RemoveEmptyEntries),
        int.Parse(Option("--ensemble", "1"), CultureInfo.InvariantCulture), int.Parse(Option("--seed", "0"), CultureInfo.InvariantCulture),
        args.Contains("--picture") ? Path.GetFullPath(Option("--picture", "")) : null);
    return 0;
}
if (args[0] is "train" or "train-accuracy")
{
    var set = Path.GetFullPath(Option("--features", Path.Combine(shared, "data", "features_20", "xception")));
    var folds = Path.GetFullPath(Option("--folds", Path.Combine(shared, "data", "lus", "cross_val.json")));
    var paper = Option("--preset", "default") == "paper";
    if (args[0] == "train")
        TrainBenchmark.MeasureSpeed(set, folds);
    else
    {
        var fit = (paper ? FitOptions.Paper : FitOptions.Default) with { Ensemble = int.Parse(Option("--ensemble", "5"), CultureInfo.InvariantCulture) };
        TrainBenchmark.MeasureAccuracy(set, folds, paper ? HeadOptions.Paper : HeadOptions.Default, fit, seed: 1);
    }
    return 0;
}
var videos = Path.GetFullPath(Option("--videos", Path.Combine(shared, "data", "lus", "videos")));
var lus = Path.GetFullPath(Option("--lus", Repository.BuiltLus));
if (args[0] == "pauses" && File.Exists(lus))
{
    await PausesBenchmark.MeasureAsync(
        lus, int.Parse(Option("--count", "50"), CultureInfo.InvariantCulture), TimeSpan.FromSeconds(int.Parse(Option("--seconds", "20"), CultureInfo.InvariantCulture)));
    return 0;
}
if (args[0] == "long-video" && File.Exists(lus))
{
    await LongVideoBenchmark.MeasureAsync(lus, int.Parse(Option("--count", "6"), CultureInfo.InvariantCulture));
    return 0;
}
if (args[0] == "viewers" && File.Exists(lus))
{
    return await ViewersBenchmark.MeasureAsync(new(
        lus, args.Contains("--keep") ? Option("--keep", "") : null, long.Parse(Option("--clips", "10000000"), CultureInfo.InvariantCulture), int.Parse(Option("--count", "200"), CultureInfo.InvariantCulture),
        int.Parse(Option("--study", "0"), CultureInfo.InvariantCulture), TimeSpan.FromSeconds(int.Parse(Option("--seconds", "60"), CultureInfo.InvariantCulture)), TimeSpan.FromSeconds(double.Parse(Option("--pause", "2"), CultureInfo.InvariantCulture)), args.Contains("--cold"))) == 0 ? 0 : 1;
}
if (args[0] == "dicom" && File.Exists(lus))
{
    await DicomBenchmark.MeasureAsync(lus, int.Parse(Option("--rounds", "5"), CultureInfo.InvariantCulture));
    return 0;
}
if (args[0] == "workers" && File.Exists(lus))
{
    await WorkersBenchmark.MeasureAsync(lus, int.Parse(Option("--count", "60"), CultureInfo.InvariantCulture));
    return 0;
}
foreach (var needed in args[0] switch { "run" or "workers-real" or "fast" or "fast-run" => new[] { videos, lus }, "viewers" or "workers" or "pauses" or "long-video" or "dicom" => [lus], _ => [videos] })
{
    if (!Path.Exists(needed))
    {
        Console.Error.WriteLine($"There is no {needed}.\n\n{Usage}");
        return 1;
    }
}
if (args[0] == "explain")
    await ExplainBenchmark.MeasureAsync(videos, args.Contains("--variant") ? Option("--variant", "") : null);
else if (args[0] == "run")
    await RunBenchmark.MeasureAsync(
        videos, lus, args.Contains("--variant") ? Option("--variant", "") : null, int.Parse(Option("--rounds", "1"), CultureInfo.InvariantCulture));
else if (args[0] == "sandbox")
    await SandboxBenchmark.MeasureAsync(videos, int.Parse(Option("--rounds", "1"), CultureInfo.InvariantCulture));
else if (args[0] == "batches")
    await BatchesBenchmark.MeasureAsync(videos, Option("--variant", BundleVariant.Fp32));
else if (args[0] == "workers-real")
    await RealWorkersBenchmark.MeasureAsync(videos, lus, args.Contains("--variant") ? Option("--variant", "") : null);
else if (args[0] == "fast")
    await FastBenchmark.MeasureAsync(
        videos, lus, Option("--variant", BundleVariant.Int8), int.Parse(Option("--count", "40"), CultureInfo.InvariantCulture),
        int.Parse(Option("--rounds", "3"), CultureInfo.InvariantCulture));
else if (args[0] == "fast-run")
    await FastRunBenchmark.MeasureAsync(
        videos, lus, Option("--variant", BundleVariant.Int8), int.Parse(Option("--count", "92"), CultureInfo.InvariantCulture),
        int.Parse(Option("--rounds", "3"), CultureInfo.InvariantCulture));
else if (args[0] == "int8")
    await Int8Benchmark.MeasureAsync(Path.Combine(shared, "data", "lus"), videos, Option("--model", Path.Combine(Repository.Root, "models", "xception-lstm")), args.Contains("--fp32") ? Option("--fp32", "") : null);
else
    await FeaturesBenchmark.MeasureAsync(Path.Combine(shared, "data"), videos);
return 0;
