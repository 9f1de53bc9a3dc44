namespace LusPipeline.Training.Heads;

/// <summary>Where the features that a head reads are in a longer features vector, for example that of a backbone that gives several layers.</summary>
/// <param name="First">The first column, from 0.</param>
/// <param name="Of">The number of columns of the longer vector.</param>
public readonly record struct FeatureColumns(int First, int Of);
