using LusPipeline.Core.Probabilities;

namespace LusPipeline.Training.Data;

/// <summary>The folds of a cross-validation, by names of videos.</summary>
public sealed record CrossValidation(IReadOnlyList<Fold> Folds)
{
    /// <summary>Folds in which every video is on the test side of one and on the train side of all others.</summary>
    /// <param name="videos">The videos, with the fold on whose test side each is.</param>
    public static CrossValidation From(IReadOnlyList<(FoldVideo Video, string Fold)> videos)
    {
        ArgumentNullException.ThrowIfNull(videos);
        var names = videos.Select(one => one.Fold).Distinct(StringComparer.Ordinal)
            .OrderBy(name => int.TryParse(name, out var number) ? number : int.MaxValue).ThenBy(name => name, StringComparer.Ordinal);
        return new([.. names.Select(name => new Fold(name, Train: Side(name, test: false), Test: Side(name, test: true)))]);

        FoldVideo[] Side(string name, bool test) => [.. videos.Where(one => (one.Fold == name) == test).Select(one => one.Video)];
    }
}

/// <param name="Name">The key in <c>cross_val.json</c>, usually a number from 0.</param>
/// <param name="Train">The videos that the model is trained on.</param>
/// <param name="Test">The videos that it is tested on.</param>
public sealed record Fold(string Name, IReadOnlyList<FoldVideo> Train, IReadOnlyList<FoldVideo> Test);

/// <param name="Name">The video's name in feature sets, without its label.</param>
public readonly record struct FoldVideo(string Name, Diagnosis Label);
