using LusPipeline.ModelTools.Bundles;
using LusPipeline.Models.Bundles;
using LusPipeline.Training.Data;
using LusPipeline.Training.Heads;

namespace LusPipeline.Training.Fitting;

/// <summary>Makes a bundle of a trained head and the backbones of another bundle.</summary>
public static class TrainedBundle
{
    /// <summary>The greatest number of clips whose contents a manifest lists.</summary>
    private const int MaxClips = 200_000;

    /// <summary>Checks, before anything is trained, that the clips are made by the bundle's backbone and that the new bundle can be written.</summary>
    /// <param name="folder">The new bundle's folder.</param>
    /// <param name="source">The bundle that gives the backbones.</param>
    /// <param name="clips">The clips.</param>
    /// <param name="set">The folder of the clips' feature set, for error messages.</param>
    /// <exception cref="HeadException">The clips have another number of features, or there are too many.</exception>
    /// <exception cref="BundleException">The folder is in use.</exception>
    public static void RequireFits(string folder, Bundle source, LabelledClips clips, string set)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(clips);
        BundleWriter.RequireFree(folder);
        if (clips.Width != source.Features)
        {
            throw new HeadException(
                $"'{set}' has {clips.Width} features a frame, and the backbone of '{source.Name}' gives {source.Features}. "
                + $"Give with --model the bundle that made the set, or make it again: lus features --model {source.Name}.");
        }
        if (clips.Clips.Count > MaxClips)
            throw new HeadException($"'{set}' has {clips.Clips.Count} clips; a bundle records up to {MaxClips} training clips. Train on a part of them.");
    }

    /// <summary>Writes the bundle, completely or not at all.</summary>
    /// <param name="folder">The new bundle's folder, which must not exist, or be empty.</param>
    /// <param name="source">The bundle that gives the backbones.</param>
    /// <param name="head">The trained head.</param>
    /// <param name="training">The clips that it was trained on, with all columns of the features vector.</param>
    /// <param name="facts">What the bundle says of the training.</param>
    /// <exception cref="BundleException">The folder is in use or cannot be written.</exception>
    public static Bundle Write(string folder, Bundle source, FittedHead head, LabelledClips training, TrainedBundleFacts facts)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(facts);
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        RequireFits(target, source, training, facts.FeatureSet);
        var onnx = $"{target}.{Guid.NewGuid():N}.onnx.tmp";
        try
        {
            head.WriteOnnx(onnx, facts.Temperature, new(facts.FirstColumn, training.Width));
            var record = Record(head, training, facts);
            return BundleWriter.Write(target, BundleContents.WithBackbonesOf(source, facts.Name) with
            {
                Frames = training.Frames,
                Head = onnx,
                Threshold = facts.Threshold ?? source.Threshold,
                Description = $"Lung ultrasound clips: COVID-19, bacterial pneumonia or healthy. The backbone of {source.Name}, and a head trained by lus train. Research use only, not a medical device.",
                Card = TrainedBundleCard.Text(facts.Name, source, record, facts.Metrics),
                Metrics = facts.Metrics,
                Training = record,
            });
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"The bundle '{target}' cannot be written: {failed.Message}", failed);
        }
        finally
        {
            File.Delete(onnx);
        }
    }

    private static BundleTraining Record(FittedHead head, LabelledClips training, TrainedBundleFacts facts) => new()
    {
        Lus = typeof(TrainedBundle).Assembly.GetName().Version!.ToString(3),
        Seed = head.Seed,
        Members = head.Members,
        Head = head.Head.Arguments,
        Fit = head.Options.Arguments,
        EndedEarly = facts.EndedEarly,
        Temperature = facts.Temperature,
        Features = LastPart(facts.FeatureSet),
        Further = [.. facts.Further.Select(LastPart)],
        Fold = facts.Fold,
        Columns = head.Width == training.Width ? null : $"{facts.FirstColumn}-{facts.FirstColumn + head.Width - 1}",
        Clips = training.Clips.Count,
        Patients = facts.PatientsKnown ? training.Clips.Select(clip => clip.Patient).Distinct(StringComparer.Ordinal).Count() : null,
        Videos = [.. training.Clips.Select(clip => clip.Content?.ToLowerInvariant()).OfType<string>().Where(IsSha256).Distinct().Order(StringComparer.Ordinal)],
        Contents = [.. Enumerable.Range(0, training.Clips.Count).Select(clip => ClipContents.Sha256(training, clip))],
    };

    private static string LastPart(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <summary>A csv file may have anything in its column.</summary>
    private static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);
}
