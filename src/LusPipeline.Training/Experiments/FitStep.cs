using LusPipeline.Training.Fitting;

namespace LusPipeline.Training.Experiments;

/// <summary>How far the training of a calibrated head is.</summary>
/// <param name="Fit">The number of the head in training, from 1: first those of the inner folds, then the head itself.</param>
/// <param name="Fits">How many heads there are.</param>
/// <param name="Epoch">The epoch that has just ended.</param>
public sealed record FitStep(int Fit, int Fits, FitEpoch Epoch);
