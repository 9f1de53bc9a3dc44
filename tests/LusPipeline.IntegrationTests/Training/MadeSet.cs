using System.Globalization;
using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.IntegrationTests.Training;

/// <summary>A small feature set whose classes can be told apart, and its labels with patients of two videos each.</summary>
internal static class MadeSet
{
    public const int Videos = 36;
    public const int Frames = 4;

    /// <summary>Writes <c>set</c> and <c>labels.csv</c> into a folder.</summary>
    public static void Write(TemporaryFolder folder)
    {
        var random = new Random(2);
        var rows = new List<string> { "file,label,patient" };
        for (var video = 0; video < Videos; video++)
            rows.Add(string.Create(CultureInfo.InvariantCulture, $"v{video}.mp4,{FeatureSetFiles.LabelName(LabelOf(video))},p{video / 2}"));
        WriteSet(folder["set"], random);
        File.WriteAllLines(folder["labels.csv"], rows);
    }

    /// <summary>Writes other features of the same videos.</summary>
    public static void WriteSet(string folder, int seed) => WriteSet(folder, new Random(seed));

    private static Diagnosis LabelOf(int video) => (Diagnosis)(video / 2 % 3);

    private static void WriteSet(string folder, Random random)
    {
        using var set = new FeatureSetWriter(folder, Frames, TinyBundle.Features);
        for (var video = 0; video < Videos; video++)
        {
            var label = LabelOf(video);
            set.Add(label, $"v{video}.mp4", [.. Enumerable.Range(0, Frames * TinyBundle.Features).Select(at => (float)random.NextDouble() + (at % 3 == (int)label ? 0.3f : 0))]);
        }
        set.Commit();
    }
}
