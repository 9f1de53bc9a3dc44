using LusPipeline.Training.Search.Trials;

namespace LusPipeline.Training.Search.Sampling;

/// <summary>Chooses the parameters of the next trial.</summary>
public interface ISampler
{
    /// <param name="space">The parameters, by name.</param>
    /// <param name="history">The trials so far, also those that run now, without the one to choose for.</param>
    /// <param name="direction">Which values are good.</param>
    /// <param name="number">The number of the trial to choose for.</param>
    /// <param name="random">The source of chance.</param>
    /// <returns>A value for each parameter; null if there is nothing left to try.</returns>
    IReadOnlyDictionary<string, double>? Sample(
        IReadOnlyDictionary<string, Distribution> space, IReadOnlyList<Trial> history, SearchDirection direction, int number, Random random);
}

/// <summary>Draws every parameter evenly from its range, whatever came before.</summary>
public sealed class RandomSampler : ISampler
{
    public IReadOnlyDictionary<string, double> Sample(
        IReadOnlyDictionary<string, Distribution> space, IReadOnlyList<Trial> history, SearchDirection direction, int number, Random random)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(random);
        return space.ToDictionary(pair => pair.Key, pair => Draws.Value(pair.Value, random));
    }
}
