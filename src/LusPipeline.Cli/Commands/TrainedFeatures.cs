using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Cli.Arguments;
using LusPipeline.Cli.Labels;
using LusPipeline.Cli.Output;
using LusPipeline.Hosting.Offline;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;

namespace LusPipeline.Cli.Commands;

/// <summary>The features of a training's videos. They are kept, so that a training that was stopped goes on without making them again.</summary>
/// <param name="work">The folder that keeps them; it is there.</param>
/// <param name="source">The bundle that gives the backbones.</param>
/// <param name="variant">The variant that computes them; null for the best one on this machine.</param>
/// <param name="paths">Videos, or folders of videos.</param>
/// <param name="files">Reads them.</param>
/// <param name="labels">Says what they show.</param>
/// <param name="videos">The labelled videos.</param>
/// <param name="vary">How many varied clips of each video there are, too.</param>
internal sealed class TrainedFeatures(string work, Bundle source, string? variant, IReadOnlyList<string> paths, OfflineVideos files, VideoLabels labels, LabelTable videos, int vary = 0)
{
    private readonly string _identity = Path.Combine(work, "features.sha256");
    private readonly string _leftOut = Path.Combine(work, "left-out.txt");

    public string Folder { get; } = Path.Combine(work, "features");

    /// <summary>The folders of the varied clips' features.</summary>
    public IReadOnlyList<string> Varied { get; } = [.. Enumerable.Range(1, vary).Select(seed => Path.Combine(work, string.Create(CultureInfo.InvariantCulture, $"varied-{seed}")))];

    /// <summary>Makes the features, unless those of the same videos, labels and backbone are there.</summary>
    /// <returns>A line for each video that could not be read.</returns>
    /// <exception cref="FeatureSetException">None of the videos can be read, or they have no labels.</exception>
    public async Task<IReadOnlyList<string>> MakeAsync(CancellationToken cancellation)
    {
        var identity = Identity();
        if (File.Exists(_identity) && await File.ReadAllTextAsync(_identity, cancellation) == identity)
            return await File.ReadAllLinesAsync(_leftOut, cancellation);
        File.Delete(_identity);
        var report = await MakeAsync(Folder, seed: null, "features", cancellation);
        if (report.Videos == 0)
            throw new FeatureSetException("None of the labelled videos could be read.");
        foreach (var (number, folder) in Varied.Index())
            await MakeAsync(folder, seed: number + 1, $"varied features {number + 1} of {Varied.Count}", cancellation);
        string[] leftOut = [.. report.LeftOut.Select(video => $"{video.Key}: {video.Reason}: {video.Detail}".ReplaceLineEndings(" "))];
        await File.WriteAllLinesAsync(_leftOut, leftOut, cancellation);
        await File.WriteAllTextAsync(_identity, identity, cancellation);
        return leftOut;
    }

    /// <param name="seed">Of the variation; null for the videos as they are.</param>
    /// <param name="what">For the display.</param>
    private async Task<FeatureSetReport> MakeAsync(string folder, int? seed, string what, CancellationToken cancellation)
    {
        // The first name is that of a finished set; the others are what a killed process left.
        foreach (var old in new[] { folder }.Concat(Directory.EnumerateDirectories(work, $"{Path.GetFileName(folder)}.*.tmp")).Where(Directory.Exists).ToArray())
            Directory.Delete(old, recursive: true);
        var display = new CountDisplay((done, all) => $"{what}: {done}/{all} videos", Terminal.Error, TimeProvider.System);
        return await new FeatureSetExtraction(
            new()
            {
                Paths = paths,
                Model = source.Reference,
                Variant = variant,
                Vary = seed,
                Out = folder,
                Label = labels.Find,
                Media = MediaSettings.Read(),
            },
            (done, all) => display.Show(done, all),
            TimeProvider.System).RunAsync(files, cancellation);
    }

    /// <summary>The labelled videos that have features.</summary>
    public LabelTable Readable()
    {
        var names = FeatureSet.Read(Folder).Videos.Select(video => video.Name).ToHashSet(StringComparer.Ordinal);
        return videos with
        {
            Rows = [.. videos.Rows.Where(row => names.Contains($"{FeatureSetFiles.LabelName(row.Label)}/{FeatureSetFiles.VideoName(row.File, row.Label)}"))],
        };
    }

    private string Identity()
    {
        var text = new StringBuilder($"{source.Id}\n{variant}\n{vary}\n");
        foreach (var row in videos.Rows)
            text.Append($"{row.Content} {row.Label} {row.File}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
