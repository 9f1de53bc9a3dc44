using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LusPipeline.Buckets;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Data;
using LusPipeline.Training.Evaluation;
using LusPipeline.Training.Fitting;
using LusPipeline.Training.Reports;

namespace LusPipeline.Training.Experiments;

/// <summary>
/// Keeps finished folds in files. A fold is used again only if everything that decides its result is the same: the clips of both sides with their labels
/// and patients, and the recipe.
/// </summary>
internal sealed class FinishedFolds
{
    private readonly string _folder;
    private readonly FoldedClips _data;
    private readonly HeadRecipe _recipe;

    /// <exception cref="IOException">The folder cannot be made.</exception>
    public FinishedFolds(string folder, FoldedClips data, HeadRecipe recipe)
    {
        (_folder, _data, _recipe) = (folder, data, recipe);
        PrivateFolder.MakeIfMissing(folder);
    }

    /// <summary>The file from which the training of one head of an unfinished fold goes on.</summary>
    /// <param name="fold">The number of the fold, from 0.</param>
    /// <param name="fit">The number of the head, from 1.</param>
    public string Checkpoint(int fold, int fit) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"fold-{fold}.head-{fit}.checkpoint"));

    /// <summary>A fold that was finished earlier; null if there is none, or one of other clips or another recipe.</summary>
    public FinishedFold? Read(int fold)
    {
        if (!File.Exists(PathOf(fold)))
            return null;
        FinishedFoldJson? known;
        try
        {
            known = JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(fold)), FinishedFoldContext.Default.FinishedFoldJson);
        }
        catch (JsonException)
        {
            // Whatever the file is, it is no finished fold; the fold is done again and replaces it.
            return null;
        }
        if (known is null || known.Identity != Identity(fold))
            return null;
        var (name, test) = (_data.Folds[fold].Name, _data.Folds[fold].Test);
        var videos = test.Select(clip => _data.Clips.Clips[clip]).DistinctBy(clip => clip.Video, StringComparer.Ordinal).ToArray();
        if (videos.Length != known.Probabilities.Count)
            return null;
        var predictions = videos.Zip(known.Probabilities, (clip, values) => new Prediction(clip.Video, clip.Patient, name, clip.Label, values));
        return new(name, known.Temperature, [.. predictions], known.Points, known.InnerLoss);
    }

    /// <summary>Keeps a fold and removes what its training would go on from.</summary>
    public void Keep(int fold, FinishedFold finished)
    {
        var json = new FinishedFoldJson(Identity(fold), finished.Temperature, [.. finished.Predictions.Select(prediction => prediction.Probabilities)], finished.Points, finished.InnerLoss);
        WholeFile.Replace(PathOf(fold), stream => JsonSerializer.Serialize(stream, json, FinishedFoldContext.Default.FinishedFoldJson));
        foreach (var checkpoint in Directory.EnumerateFiles(_folder, string.Create(CultureInfo.InvariantCulture, $"fold-{fold}.head-*.checkpoint")))
            File.Delete(checkpoint);
    }

    private string PathOf(int fold) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"fold-{fold}.json"));

    /// <summary>sha256 of all that decides the fold's result.</summary>
    private string Identity(int fold)
    {
        var (train, test) = (_data.Clips.Select(_data.Folds[fold].Train), _data.Clips.Select(_data.Folds[fold].Test));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(RunIdentity.Of(train, test, _recipe.Head, _recipe.Fit, _recipe.Seed));
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_recipe.InnerFolds} {FoldFormat}")));
        foreach (var clip in train.Clips.Concat(test.Clips))
            hash.AppendData(Encoding.UTF8.GetBytes($"\n{clip.Video}\0{clip.Patient}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Raised when the same recipe leads to another result.</summary>
    private const int FoldFormat = 2;
}

/// <summary>A finished fold as JSON.</summary>
/// <param name="Identity">sha256 of all that decides the result.</param>
/// <param name="Temperature">The temperature; null if there is none.</param>
/// <param name="Probabilities">The probabilities of the videos of the test side, in their order.</param>
/// <param name="Points">How the training went.</param>
/// <param name="InnerLoss">See <see cref="CalibratedHead.InnerLoss"/>.</param>
internal sealed record FinishedFoldJson(
    string Identity, double? Temperature, IReadOnlyList<ClassProbabilities> Probabilities, IReadOnlyList<LearningPoint> Points, double? InnerLoss);

[JsonSourceGenerationOptions(
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FinishedFoldJson))]
internal sealed partial class FinishedFoldContext : JsonSerializerContext;
