using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Data;

/// <summary>Makes labelled clips of feature sets.</summary>
public static class FeatureClips
{
    private const int MostNamed = 5;

    /// <param name="folder">The folder of the feature set.</param>
    /// <param name="labels">Says which patient a video is of. Null if nobody knows: then each video counts as a patient of its own.</param>
    /// <param name="frames">How many of a video's frames to take, evenly spaced; null for all.</param>
    /// <param name="augment">
    /// The folders of further sets of the same videos: other variants of the backbone, or varied frames. Their clips are only trained on.
    /// </param>
    /// <returns>
    /// The clips, one for each video in the order of the set, and behind them those of the further sets. A clip's video has the set's name, with its
    /// label: <c>cov/video.mp4</c>.
    /// </returns>
    /// <exception cref="FeatureSetException">The set cannot be read, or a value in it is infinite or not a number.</exception>
    /// <exception cref="TrainingDataException">
    /// The set has fewer frames; a video has no row in the labels, a row no video, or both another label; a patient is missing or two rows contradict; a
    /// further set has another shape or a video that the first one lacks.
    /// </exception>
    public static LabelledClips Read(string folder, LabelTable? labels, int? frames, IReadOnlyList<string>? augment = null)
    {
        var set = FeatureSet.Read(folder);
        var known = labels is null ? null : Known(set, labels);
        var clips = Clips(set, name => known is null ? (name, null) : (known[name].Patient!, known[name].Content), frames);
        return (augment ?? []).Aggregate(clips, (all, further) => all.With(Further(further, set, clips, frames)));
    }

    /// <summary>The clips of a further set, for training only.</summary>
    private static LabelledClips Further(string folder, FeatureSet first, LabelledClips clips, int? frames)
    {
        var set = FeatureSet.Read(folder);
        if (set.Frames != first.Frames || set.FeatureLength != first.FeatureLength)
        {
            throw new TrainingDataException(
                $"'{folder}' has {set.Frames} frames of {set.FeatureLength} features, and '{first.Folder}' has {first.Frames} of {first.FeatureLength}. "
                + "Make both with the same model and the same --layers: lus features.");
        }
        var known = clips.Clips.ToDictionary(clip => clip.Video, StringComparer.Ordinal);
        var unknown = set.Videos.Select(video => video.Name).Where(name => !known.ContainsKey(name)).ToArray();
        if (unknown.Length > 0)
        {
            throw new TrainingDataException(
                $"'{folder}' has features of {Some(unknown)}, which '{first.Folder}' lacks. Make both sets of the same videos with the same labels.");
        }
        var further = Clips(set, name => (known[name].Patient, known[name].Content), frames);
        return further with { Clips = [.. further.Clips.Select(clip => clip with { OnlyForTraining = true })] };
    }

    /// <param name="known">Gives a video's patient and the sha256 of its file, by its name in the set.</param>
    private static LabelledClips Clips(FeatureSet set, Func<string, (string Patient, string? Content)> known, int? frames)
    {
        if (frames is { } wanted && (wanted < 1 || wanted > set.Frames))
        {
            throw new TrainingDataException(
                $"'{set.Folder}' has {set.Frames} frames a video, so {wanted} cannot be taken of them. Give --frames a number from 1 to {set.Frames}.");
        }
        var chosen = FrameChoice.Of(set.Frames, frames ?? set.Frames);
        var values = new float[(long)set.Videos.Count * chosen.Length * set.FeatureLength];
        var clips = new LabelledClip[set.Videos.Count];
        for (var video = 0; video < clips.Length; video++)
        {
            var (name, label) = set.Videos[video];
            var (patient, content) = known(name);
            clips[video] = new(name, patient, label) { Content = content };
            for (var frame = 0; frame < chosen.Length; frame++)
                set.Frame(video, chosen[frame]).CopyTo(values.AsSpan(((video * chosen.Length) + frame) * set.FeatureLength));
        }
        return new(clips, chosen.Length, set.FeatureLength, values);
    }

    /// <summary>The name of a video in a set, with its label.</summary>
    internal static string NameInSet(Diagnosis label, string name) => $"{FeatureSetFiles.LabelName(label)}/{name}";

    /// <summary>Some names for a message, and how many there are beyond them.</summary>
    internal static string Some(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(MostNamed).Select(name => $"'{PlainText.Clean(name, 200)}'"))
        + (names.Count > MostNamed ? $" and {names.Count - MostNamed} more" : "");

    /// <summary>The row of each video of the set. Each has a patient.</summary>
    private static Dictionary<string, VideoLabel> Known(FeatureSet set, LabelTable labels)
    {
        var videos = set.Videos.Select(video => video.Name).ToHashSet(StringComparer.Ordinal);
        var known = new Dictionary<string, VideoLabel>(StringComparer.Ordinal);
        foreach (var row in labels.Rows)
        {
            var name = NameInSet(row.Label, FeatureSetFiles.VideoName(row.File, row.Label));
            if (!videos.Contains(name))
                throw new TrainingDataException(Unknown(set, labels, row, videos));
            if (row.Patient is not { Length: > 0 } patient)
                throw new TrainingDataException($"{labels.Place(row)}: '{Shown(row.File)}' has no patient. Fill the column patient in every row.");
            if (!known.TryAdd(name, row) && known[name].Patient != patient)
            {
                throw new TrainingDataException(
                    $"{labels.Place(row)}: '{Shown(row.File)}' has the patient '{Shown(patient)}', and '{Shown(known[name].Patient!)}' in line {known[name].Line}.");
            }
        }
        var without = videos.Where(video => !known.ContainsKey(video)).Order(StringComparer.Ordinal).ToArray();
        if (without.Length > 0)
        {
            throw new TrainingDataException(
                $"'{labels.Source}' has no row for {Some(without)} of '{set.Folder}'. Add the rows, or make the set without those videos.");
        }
        return known;
    }

    private static string Unknown(FeatureSet set, LabelTable labels, VideoLabel row, HashSet<string> videos)
    {
        var other = Enum.GetValues<Diagnosis>().Where(label => videos.Contains(NameInSet(label, FeatureSetFiles.VideoName(row.File, label)))).ToArray();
        var (place, file) = (labels.Place(row), Shown(row.File));
        return other is [var label, ..]
            ? $"{place}: '{file}' has the label {row.Label.Name()}, but in '{set.Folder}' it has {label.Name()}. Correct the row, or make the set again."
            : $"{place}: '{set.Folder}' has no features of '{file}'. Remove the row, or make the set again with that video.";
    }

    private static string Shown(string text) => PlainText.Clean(text, 200);
}
