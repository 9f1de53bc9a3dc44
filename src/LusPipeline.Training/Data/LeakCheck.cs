using System.Numerics.Tensors;

namespace LusPipeline.Training.Data;

/// <summary>Why a clip of the test side is known from the train side.</summary>
public enum LeakKind
{
    /// <summary>Both are of one patient.</summary>
    SamePatient,

    /// <summary>Both have the same features, value by value.</summary>
    SameContent,

    /// <summary>Their features are nearly the same.</summary>
    NearlySameContent,
}

/// <summary>A clip on the test side of a fold that the train side gives away.</summary>
/// <param name="Fold">The fold.</param>
/// <param name="Kind">Why.</param>
/// <param name="Test">The video on the test side.</param>
/// <param name="Train">The first video on the train side that gives it away; for nearly the same content, the nearest one.</param>
/// <param name="Detail">The patient, or the cosine.</param>
public sealed record Leak(string Fold, LeakKind Kind, string Test, string Train, string Detail)
{
    public override string ToString() => Kind switch
    {
        LeakKind.SamePatient => $"fold {Fold}: '{Test}' (test) and '{Train}' (train) are of the patient '{Detail}'",
        LeakKind.SameContent => $"fold {Fold}: '{Test}' (test) and '{Train}' (train) have the same features",
        _ => $"fold {Fold}: '{Test}' (test) and '{Train}' (train) have nearly the same features (cosine {Detail})",
    };
}

/// <summary>Finds patients and contents that are on both sides of a fold. Figures from such a fold are too good.</summary>
public static class LeakCheck
{
    /// <summary>
    /// Two clips whose mean features, less the mean over all clips, have at least this cosine show the same frames. Measured on the 92 public videos: the
    /// same video through the int8 and the fp32 backbone has 0.981 or more, two videos of different patients at most 0.885 (2,048 features of
    /// the last layer) and 0.966 (728 features of block 12). A copy that was scaled or strongly compressed can have less (0.76 to 0.98), so
    /// the check finds copies, but does not prove that there are none.
    /// </summary>
    public const double NearCosine = 0.98;

    private const int MostNamed = 5;

    /// <summary>Every leak, at most one of each kind for a clip of a test side.</summary>
    public static IReadOnlyList<Leak> Find(LabelledClips clips, IReadOnlyList<ClipFold> folds)
    {
        ArgumentNullException.ThrowIfNull(clips);
        ArgumentNullException.ThrowIfNull(folds);
        var contents = Enumerable.Range(0, clips.Clips.Count).Select(clip => ClipContents.Sha256(clips, clip)).ToArray();
        var directions = Directions(clips);
        var leaks = new List<Leak>();
        foreach (var fold in folds)
        {
            var patients = First(fold.Train, clip => clips.Clips[clip].Patient);
            var known = First(fold.Train, clip => contents[clip]);
            foreach (var test in fold.Test)
            {
                if (patients.TryGetValue(clips.Clips[test].Patient, out var train))
                    Add(fold, LeakKind.SamePatient, test, train, clips.Clips[test].Patient);
                if (known.TryGetValue(contents[test], out train))
                    Add(fold, LeakKind.SameContent, test, train, "1");
                else if (Nearest(directions, test, fold.Train) is var (nearest, cosine) && cosine >= NearCosine)
                    Add(fold, LeakKind.NearlySameContent, test, nearest, FormattableString.Invariant($"{cosine:0.000}"));
            }
        }
        return leaks;

        void Add(ClipFold fold, LeakKind kind, int test, int train, string detail) =>
            leaks.Add(new(fold.Name, kind, clips.Clips[test].Video, clips.Clips[train].Video, detail));
    }

    /// <exception cref="TrainingDataException">There are leaks. The message names some, and how to go on in spite of them.</exception>
    public static void Refuse(IReadOnlyList<Leak> leaks)
    {
        ArgumentNullException.ThrowIfNull(leaks);
        if (leaks.Count == 0)
            return;
        var more = leaks.Count > MostNamed ? $"\n  and {leaks.Count - MostNamed} more" : "";
        throw new TrainingDataException(
            $"The test sides are not independent of the train sides:\n  {string.Join("\n  ", leaks.Take(MostNamed))}{more}\n"
            + "Make folds by patient (lus train dataset --group patient). To go on in spite of it, give --allow-leak: every report then says so.");
    }

    private static Dictionary<string, int> First(IReadOnlyList<int> clips, Func<int, string> key)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var clip in clips)
            first.TryAdd(key(clip), clip);
        return first;
    }

    private static (int Clip, double Cosine)? Nearest(float[][] directions, int test, IReadOnlyList<int> train)
    {
        (int Clip, double Cosine)? nearest = null;
        foreach (var clip in train)
        {
            double cosine = TensorPrimitives.Dot(directions[test], directions[clip]);
            if (nearest is null || cosine > nearest.Value.Cosine)
                nearest = (clip, cosine);
        }
        return nearest;
    }

    /// <summary>The mean features of each clip over its frames, less the mean over all clips, at length 1; zeros where nothing remains.</summary>
    private static float[][] Directions(LabelledClips clips)
    {
        var means = new float[clips.Clips.Count][];
        var overall = new float[clips.Width];
        for (var clip = 0; clip < means.Length; clip++)
        {
            var mean = means[clip] = new float[clips.Width];
            for (var frame = 0; frame < clips.Frames; frame++)
                TensorPrimitives.Add(mean, clips[clip].Span.Slice(frame * clips.Width, clips.Width), mean);
            TensorPrimitives.Divide(mean, clips.Frames, mean);
            TensorPrimitives.Add(overall, mean, overall);
        }
        TensorPrimitives.Divide(overall, means.Length, overall);
        foreach (var mean in means)
        {
            TensorPrimitives.Subtract(mean, overall, mean);
            var length = TensorPrimitives.Norm<float>(mean);
            if (length > 0)
                TensorPrimitives.Divide(mean, length, mean);
        }
        return means;
    }
}
