namespace LusPipeline.Models.Bundles;

/// <summary>A layer whose output is a part of the features vector. The parts follow each other in the order of the manifest.</summary>
/// <param name="Name">The layer's name in the file from which the backbone was imported.</param>
/// <param name="Features">The number of values that it gives for one frame.</param>
public sealed record BundleLayer(string Name, int Features);
