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
        using var set = new FeatureSetWriter(folder["set"], Frames, TinyBundle.Features);
        for (var video = 0; video < Videos; video++)
        {
            var label = (Diagnosis)(video / 2 % 3);
            rows.Add(string.Create(CultureInfo.InvariantCulture, $"v{video}.mp4,{FeatureSetFiles.LabelName(label)},p{video / 2}"));
            set.Add(label, $"v{video}.mp4", [.. Enumerable.Range(0, Frames * TinyBundle.Features).Select(at => (float)random.NextDouble() + (at % 3 == (int)label ? 0.3f : 0))]);
        }
        set.Commit();
        File.WriteAllLines(folder["labels.csv"], rows);
    }
}
