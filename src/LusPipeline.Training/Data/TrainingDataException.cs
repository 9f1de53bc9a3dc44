using LusPipeline.Core.Outcomes;

namespace LusPipeline.Training.Data;

/// <summary>Labels, folds or features cannot be used for training or evaluation.</summary>
/// <param name="message">Which file and row is concerned, what is wrong, and how to fix it.</param>
/// <param name="inner">What caused it.</param>
public sealed class TrainingDataException(string message, Exception? inner = null) : LusException(message, inner);
