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
/// <param name="labels">Says what they show.</param>
/// <param name="videos">The labelled videos.</param>
internal sealed class TrainedFeatures(string work, Bundle source, string? variant, IReadOnlyList<string> paths, VideoLabels labels, LabelTable videos)
{
    private readonly string _identity = Path.Combine(work, "features.sha256");
    private readonly string _leftOut = Path.Combine(work, "left-out.txt");

    public string Folder { get; } = Path.Combine(work, "features");

    /// <summary>Makes the features, unless those of the same videos, labels and backbone are there.</summary>
    /// <returns>A line for each video that could not be read.</returns>
    /// <exception cref="FeatureSetException">None of the videos can be read, or they have no labels.</exception>
    public async Task<IReadOnlyList<string>> MakeAsync(CancellationToken cancellation)
    {
        var identity = Identity();
        if (File.Exists(_identity) && await File.ReadAllTextAsync(_identity, cancellation) == identity)
            return await File.ReadAllLinesAsync(_leftOut, cancellation);
        File.Delete(_identity);
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        var display = new CountDisplay((done, all) => $"features: {done}/{all} videos", Terminal.Error, TimeProvider.System);
        var report = await new FeatureSetExtraction(
            new()
            {
                Paths = paths,
                Model = source.Folder,
                Variant = variant,
                Out = Folder,
                Label = labels.Find,
                Media = MediaSettings.Read(),
            },
            (done, all) => display.Show(done, all),
            TimeProvider.System).RunAsync(cancellation);
        if (report.Videos == 0)
            throw new FeatureSetException("None of the labelled videos could be read.");
        string[] leftOut = [.. report.LeftOut.Select(video => $"{video.Key}: {video.Reason}: {video.Detail}".ReplaceLineEndings(" "))];
        await File.WriteAllLinesAsync(_leftOut, leftOut, cancellation);
        await File.WriteAllTextAsync(_identity, identity, cancellation);
        return leftOut;
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
        var text = new StringBuilder($"{source.Id}\n{variant}\n");
        foreach (var row in videos.Rows)
            text.Append($"{row.Content} {row.Label} {row.File}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
