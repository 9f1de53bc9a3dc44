using LusPipeline.Buckets.FeatureSets;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Data;

/// <summary>Makes labelled clips of a feature set, one for each video.</summary>
public static class FeatureClips
{
    private const int MostNamed = 5;

    /// <param name="folder">The folder of the feature set.</param>
    /// <param name="labels">Says which patient a video is of. Null if nobody knows: then each video counts as a patient of its own.</param>
    /// <param name="frames">How many of a video's frames to take, evenly spaced; null for all.</param>
    /// <returns>The clips, in the order of the set. A clip's video has the set's name, with its label: <c>cov/video.mp4</c>.</returns>
    /// <exception cref="FeatureSetException">The set cannot be read, or a value in it is infinite or not a number.</exception>
    /// <exception cref="TrainingDataException">
    /// The set has fewer frames; a video has no row in the labels, a row no video, or both another label; a patient is missing or two rows contradict.
    /// </exception>
    public static LabelledClips Read(string folder, LabelTable? labels, int? frames)
    {
        var set = FeatureSet.Read(folder);
        if (frames is { } wanted && (wanted < 1 || wanted > set.Frames))
        {
            throw new TrainingDataException(
                $"'{folder}' has {set.Frames} frames a video, so {wanted} cannot be taken of them. Give --frames a number from 1 to {set.Frames}.");
        }
        var patients = labels is null ? null : Patients(set, labels);
        var chosen = FrameChoice.Of(set.Frames, frames ?? set.Frames);
        var values = new float[(long)set.Videos.Count * chosen.Length * set.FeatureLength];
        var clips = new LabelledClip[set.Videos.Count];
        for (var video = 0; video < clips.Length; video++)
        {
            var (name, label) = set.Videos[video];
            clips[video] = new(name, patients is null ? name : patients[name], label);
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

    /// <summary>The patient of each video of the set.</summary>
    private static Dictionary<string, string> Patients(FeatureSet set, LabelTable labels)
    {
        var videos = set.Videos.Select(video => video.Name).ToHashSet(StringComparer.Ordinal);
        var known = new Dictionary<string, (string Patient, VideoLabel Row)>(StringComparer.Ordinal);
        foreach (var row in labels.Rows)
        {
            var name = NameInSet(row.Label, FeatureSetFiles.VideoName(row.File, row.Label));
            if (!videos.Contains(name))
                throw new TrainingDataException(Unknown(set, labels, row, videos));
            if (row.Patient is not { Length: > 0 } patient)
                throw new TrainingDataException($"{labels.Place(row)}: '{Shown(row.File)}' has no patient. Fill the column patient in every row.");
            if (!known.TryAdd(name, (patient, row)) && known[name].Patient != patient)
            {
                throw new TrainingDataException(
                    $"{labels.Place(row)}: '{Shown(row.File)}' has the patient '{Shown(patient)}', and '{Shown(known[name].Patient)}' in line {known[name].Row.Line}.");
            }
        }
        var without = videos.Where(video => !known.ContainsKey(video)).Order(StringComparer.Ordinal).ToArray();
        if (without.Length > 0)
        {
            throw new TrainingDataException(
                $"'{labels.Source}' has no row for {Some(without)} of '{set.Folder}'. Add the rows, or make the set without those videos.");
        }
        return known.ToDictionary(pair => pair.Key, pair => pair.Value.Patient, StringComparer.Ordinal);
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
