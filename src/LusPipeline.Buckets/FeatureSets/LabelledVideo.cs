using LusPipeline.Core.Probabilities;

namespace LusPipeline.Buckets.FeatureSets;

/// <summary>A video of a feature set.</summary>
/// <param name="Name">Name of the video with its label's folder, for example <c>cov/video.mp4</c>.</param>
public sealed record LabelledVideo(string Name, Diagnosis Label);
