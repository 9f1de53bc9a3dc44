using System.Globalization;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.Buckets.FeatureSets;

/// <summary>
/// The names in a feature set, as the paper's notebooks read them: <c>features-D.npy</c> (float32 [rows, D]), <c>filenames.npy</c>
/// (text, <c>label/video-i.png</c>, i from 1) and <c>labels.npy</c> (int64: 0 covid, 1 pneumonia, 2 healthy), a row for each frame.
/// </summary>
public static class FeatureSetFiles
{
    public const string FileNames = "filenames.npy";
    public const string Labels = "labels.npy";

    private const string Prefix = "features-";
    private const string Suffix = ".npy";
    private const string FrameSuffix = ".png";
    private static readonly string[] LabelNames = ["cov", "pne", "reg"];

    /// <param name="featureLength">D, the features of one frame.</param>
    public static string Features(int featureLength) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{featureLength}{Suffix}");

    /// <summary>The dataset's short name of a class: <c>cov</c>, <c>pne</c> or <c>reg</c>.</summary>
    public static string LabelName(Diagnosis label) => LabelNames[(int)label];

    /// <summary>How a set names the frame of a video.</summary>
    /// <param name="video">The video's name, without its label.</param>
    /// <param name="frame">From 1.</param>
    public static string FrameName(Diagnosis label, string video, int frame) =>
        string.Create(CultureInfo.InvariantCulture, $"{LabelName(label)}/{video}-{frame}{FrameSuffix}");

    /// <summary>D of a features file by its name, or null for any other file.</summary>
    internal static int? FeatureLength(string fileName) =>
        fileName.StartsWith(Prefix, StringComparison.Ordinal) && fileName.EndsWith(Suffix, StringComparison.Ordinal)
        && int.TryParse(fileName.AsSpan(Prefix.Length, Math.Max(0, fileName.Length - Prefix.Length - Suffix.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
        && length > 0
            ? length
            : null;

    /// <summary>The video, with its label's folder, and the frame's number from 1; null for a name of another form.</summary>
    internal static (string Video, int Frame)? Split(string frameName)
    {
        var dash = frameName.LastIndexOf('-');
        return dash > 0 && frameName.EndsWith(FrameSuffix, StringComparison.Ordinal) && dash + 1 <= frameName.Length - FrameSuffix.Length
            && int.TryParse(frameName.AsSpan((dash + 1)..^FrameSuffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var frame)
            && frame > 0
                ? (frameName[..dash], frame)
                : null;
    }
}
