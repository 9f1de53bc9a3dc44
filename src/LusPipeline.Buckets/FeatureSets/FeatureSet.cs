using System.Globalization;
using LusPipeline.Buckets.Npy;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.Buckets.FeatureSets;

/// <summary>
/// The features of labelled videos, with T frames for each video. <see cref="FeatureSetWriter"/> and the paper's code write such sets.
/// </summary>
public sealed class FeatureSet
{
    private readonly float[] _features;
    private readonly int[] _rows;

    private FeatureSet(string folder, float[] features, int featureLength, int frames, IReadOnlyList<LabelledVideo> videos, int[] rows)
    {
        Folder = folder;
        _features = features;
        FeatureLength = featureLength;
        Frames = frames;
        Videos = videos;
        _rows = rows;
    }

    public string Folder { get; }

    /// <summary>D, the number of features of one frame.</summary>
    public int FeatureLength { get; }

    /// <summary>T, the number of frames of every video.</summary>
    public int Frames { get; }

    /// <summary>The videos, in the order in which the set first names them.</summary>
    public IReadOnlyList<LabelledVideo> Videos { get; }

    /// <summary>Returns the features of one frame, float32 [D].</summary>
    /// <param name="video">Index into <see cref="Videos"/>.</param>
    /// <param name="frame">From 0, in time order.</param>
    public ReadOnlySpan<float> Frame(int video, int frame)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)frame, (uint)Frames, nameof(frame));
        return _features.AsSpan(_rows[(video * Frames) + frame] * FeatureLength, FeatureLength);
    }

    /// <summary>Copies the features of one video, float32 [T, D], in time order.</summary>
    public void CopyTo(int video, Span<float> clip)
    {
        if (clip.Length != Frames * FeatureLength)
            throw new ArgumentException($"{clip.Length} floats do not hold {Frames}×{FeatureLength} features.", nameof(clip));
        for (var frame = 0; frame < Frames; frame++)
            Frame(video, frame).CopyTo(clip[(frame * FeatureLength)..]);
    }

    /// <summary>Reads a set. Its rows may be in any order.</summary>
    /// <exception cref="FeatureSetException">
    /// A file is missing or broken, shapes do not match, a value is infinite or not a number, a label is not 0, 1 or 2, a video has two
    /// labels, or a video does not have the frames 1 to T.
    /// </exception>
    public static FeatureSet Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        try
        {
            var (path, length) = FeaturesFile(folder);
            var (namesPath, labelsPath) = (Path.Combine(folder, FeatureSetFiles.FileNames), Path.Combine(folder, FeatureSetFiles.Labels));
            var (namesShape, names) = NpyFile.ReadStrings(namesPath);
            var (labelsShape, labels) = NpyFile.Read<long>(labelsPath);
            if (namesShape.Length != 1 || labelsShape.Length != 1 || names.Length != labels.Length)
            {
                throw new FeatureSetException(
                    $"'{namesPath}' has the shape ({string.Join(", ", namesShape)}) and '{labelsPath}' ({string.Join(", ", labelsShape)}); "
                    + "both need one value per frame.");
            }
            if (names.Length == 0)
                throw new FeatureSetException($"'{namesPath}' names no frames.");
            var (shape, features) = NpyFile.Read<float>(path);
            if (shape.Length != 2 || shape[0] != names.Length || shape[1] != length)
                throw new FeatureSetException($"'{path}' has the shape ({string.Join(", ", shape)}); by its name and the {names.Length} names in '{namesPath}' it must be ({names.Length}, {length}).");
            if (features.AsSpan().IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) is >= 0 and var wrong)
            {
                throw new FeatureSetException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{path}', row {wrong / length} ('{names[wrong / length]}'): {features[wrong]} is no finite number. Make the set again: lus features."));
            }
            var (videos, frames, rows) = Group(names, labels, namesPath, labelsPath);
            return new(Path.GetFullPath(folder), features, length, frames, videos, rows);
        }
        catch (Exception broken) when (broken is NpyException or IOException or UnauthorizedAccessException)
        {
            throw new FeatureSetException($"The feature set '{folder}' cannot be read: {broken.Message}", broken);
        }
    }

    private static (string Path, int Length) FeaturesFile(string folder)
    {
        if (!Directory.Exists(folder))
            throw new FeatureSetException($"There is no folder '{folder}'. Make a feature set: lus features --help.");
        var found = Directory.EnumerateFiles(folder).Where(file => FeatureSetFiles.FeatureLength(Path.GetFileName(file)) is not null).Order(StringComparer.Ordinal).ToArray();
        return found is [var file]
            ? (file, FeatureSetFiles.FeatureLength(Path.GetFileName(file))!.Value)
            : throw new FeatureSetException(found.Length == 0
                ? $"'{folder}' is not a feature set: it has no file features-D.npy."
                : $"'{folder}' has several feature files ({string.Join(", ", found.Select(Path.GetFileName))}); a set has one.");
    }

    private static (LabelledVideo[] Videos, int Frames, int[] Rows) Group(string[] names, long[] labels, string namesPath, string labelsPath)
    {
        var videos = new Dictionary<string, (int Index, Diagnosis Label, SortedList<int, int> Rows)>(StringComparer.Ordinal);
        for (var row = 0; row < names.Length; row++)
        {
            if (FeatureSetFiles.Split(names[row]) is not var (video, frame))
                throw new FeatureSetException($"'{namesPath}', row {row}: '{names[row]}' is not of the form label/video-i.png with i from 1.");
            if (labels[row] is not (>= 0 and <= 2))
                throw new FeatureSetException($"'{labelsPath}', row {row}: {labels[row]} is not a label; 0 is covid, 1 pneumonia, 2 healthy.");
            var label = (Diagnosis)labels[row];
            if (!videos.TryGetValue(video, out var known))
            {
                if (video.IndexOf('/') is > 0 and var slash && DiagnosisNames.Parse(video[..slash]) is { } named && named != label)
                    throw new FeatureSetException($"'{labelsPath}', row {row}: the label {labels[row]} is not that of the name '{names[row]}'.");
                videos.Add(video, known = (videos.Count, label, []));
            }
            if (known.Label != label)
                throw new FeatureSetException($"'{labelsPath}', row {row}: the video '{video}' has the labels {(int)known.Label} and {labels[row]}.");
            if (!known.Rows.TryAdd(frame, row))
                throw new FeatureSetException($"'{namesPath}', row {row}: '{names[row]}' stands there twice.");
        }
        var frames = videos.First().Value.Rows.Count;
        foreach (var (video, known) in videos)
        {
            if (known.Rows.Count != frames || known.Rows.GetKeyAtIndex(frames - 1) != frames)
            {
                throw new FeatureSetException(
                    $"'{namesPath}': the video '{video}' has {known.Rows.Count} frames up to number {known.Rows.GetKeyAtIndex(known.Rows.Count - 1)}; "
                    + $"every video must have the frames 1 to {frames}.");
            }
        }
        return (
            [.. videos.Select(video => new LabelledVideo(video.Key, video.Value.Label))],
            frames,
            [.. videos.Values.SelectMany(video => video.Rows.Values)]);
    }
}
