using System.Globalization;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.Buckets.FeatureSets;

/// <summary>
/// The files of a feature set, as the paper's notebooks read them: <c>features-D.npy</c> (float32 [rows, D]), <c>filenames.npy</c> (text,
/// <c>label/video-i.png</c>, i from 1) and <c>labels.npy</c> (int64: 0 covid, 1 pneumonia, 2 healthy). Each has one row for each frame.
/// </summary>
public static class FeatureSetFiles
{
    public const string FileNames = "filenames.npy";
    public const string Labels = "labels.npy";

    private const string Prefix = "features-";
    private const string Suffix = ".npy";
    private const string FrameSuffix = ".png";
    private static readonly string[] LabelNames = ["cov", "pne", "reg"];

    /// <param name="featureLength">D, the number of features of one frame.</param>
    public static string Features(int featureLength) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{featureLength}{Suffix}");

    /// <summary>The dataset's short name of a class: <c>cov</c>, <c>pne</c> or <c>reg</c>.</summary>
    public static string LabelName(Diagnosis label) => LabelNames[(int)label];

    /// <summary>Returns the name that a set gives to a frame of a video.</summary>
    /// <param name="video">The video's name, without its label.</param>
    /// <param name="frame">Number of the frame, from 1.</param>
    public static string FrameName(Diagnosis label, string video, int frame) =>
        string.Create(CultureInfo.InvariantCulture, $"{LabelName(label)}/{video}-{frame}{FrameSuffix}");

    /// <summary>
    /// Returns the name of a video, without its label, from its key: the key without the folder that names the label. The other folders come
    /// before the name, separated by '_'.
    /// </summary>
    /// <param name="key">The video's path below the folder that was named, with segments separated by '/'.</param>
    public static string VideoName(string key, Diagnosis label)
    {
        ArgumentNullException.ThrowIfNull(key);
        var segments = key.Split('/').ToList();
        var folder = segments.FindLastIndex(Math.Max(0, segments.Count - 2), segment => DiagnosisNames.Parse(segment) == label);
        if (folder >= 0 && segments.Count > 1)
            segments.RemoveAt(folder);
        return string.Join('_', segments);
    }

    /// <summary>Returns D from the name of a features file; null for any other file.</summary>
    internal static int? FeatureLength(string fileName) =>
        fileName.StartsWith(Prefix, StringComparison.Ordinal) && fileName.EndsWith(Suffix, StringComparison.Ordinal)
        && int.TryParse(fileName.AsSpan(Prefix.Length, Math.Max(0, fileName.Length - Prefix.Length - Suffix.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
        && length > 0
            ? length
            : null;

    /// <summary>
    /// Splits a frame's name into the video with its label's folder, and the frame's number from 1. Returns null if the name has another
    /// form.
    /// </summary>
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
